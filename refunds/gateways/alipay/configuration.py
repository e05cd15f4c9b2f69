"""From the settings to the adapter, for an installation with one account at Alipay."""

from collections.abc import Callable
from typing import Any, TypeVar

from refunds import channel_settings

from ..http import Http
from ..port import Fault, Finding, Misconfigured
from . import signing
from .adapter import Alipay
from .messages import Account

CHANNEL = "alipay"
Key = TypeVar("Key")


def build(settings: Any, http: Http | None = None) -> Alipay:
    """Raises Misconfigured where something is missing or a key cannot be used."""
    if names := channel_settings.missing(CHANNEL, settings):
        raise Misconfigured(Finding(Fault.HALF, ", ".join(names)))
    if not channel_settings.is_safe(settings.ALIPAY_GATEWAY_URL):
        raise Misconfigured(Finding(Fault.URL, "ALIPAY_GATEWAY_URL"))
    private_key = _key("ALIPAY_PRIVATE_KEY", settings, signing.private_key)
    public_key = _key("ALIPAY_PUBLIC_KEY", settings, signing.public_key)
    if public_key == private_key.public_key():
        raise Misconfigured(Finding(Fault.KEY_OWN, "ALIPAY_PUBLIC_KEY"))
    return Alipay(Account(settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL, private_key, public_key, http or Http()))


def _key(name: str, settings: Any, load: Callable[[str], Key]) -> Key:
    try:
        return load(channel_settings.text_of(name, settings))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(Finding(Fault.KEY_FILE, f"{name}_FILE ({type(error).__name__})")) from None
    except signing.KeyFault as error:
        raise Misconfigured(Finding(error.fault, name)) from None
