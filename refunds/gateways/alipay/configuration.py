"""From the settings to the adapter, for an installation with one account at Alipay."""

from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from kernel.calls.addresses import is_safe
from refunds import channel_settings

from .. import keys
from ..http import Http
from ..port import Fault, Finding, Misconfigured
from . import certificates
from .adapter import Alipay
from .certificates import Certificates
from .messages import Account
from .transfers import AlipayTransfers

CHANNEL = "alipay"


def build(settings: Any, http: Http | None = None) -> Alipay:
    """Raises Misconfigured where something is missing or a key cannot be used."""
    if names := channel_settings.missing(CHANNEL, settings):
        raise Misconfigured(Finding(Fault.HALF, ", ".join(names)))
    if not is_safe(settings.ALIPAY_GATEWAY_URL):
        raise Misconfigured(Finding(Fault.URL, "ALIPAY_GATEWAY_URL"))
    private_key = keys.from_settings("ALIPAY_PRIVATE_KEY", settings, keys.private_key)
    public_key = keys.from_settings("ALIPAY_PUBLIC_KEY", settings, certificates.key_of)
    if public_key == private_key.public_key():
        raise Misconfigured(Finding(Fault.KEY_OWN, "ALIPAY_PUBLIC_KEY"))
    account = Account(
        settings.ALIPAY_APP_ID,
        settings.ALIPAY_GATEWAY_URL,
        private_key,
        public_key,
        http or Http(),
        _certificates(settings, private_key),
    )
    return Alipay(account, AlipayTransfers(account, channel_settings.transfers_on(CHANNEL, settings)))


def _certificates(settings: Any, key: RSAPrivateKey) -> Certificates | None:
    """None: the app signs by its key alone. Raises Misconfigured."""
    if not (settings.ALIPAY_APP_CERT or settings.ALIPAY_APP_CERT_FILE):
        return None
    return Certificates(
        keys.from_settings("ALIPAY_APP_CERT", settings, partial(certificates.app_serial, key=key)),
        keys.from_settings("ALIPAY_ROOT_CERT", settings, certificates.root_serial),
    )
