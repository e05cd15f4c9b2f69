"""From the settings to the adapter, for an installation with one account at WeChat Pay."""

from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kernel.calls.addresses import is_safe
from refunds import channel_settings

from .. import keys
from ..http import Http
from ..port import Fault, Finding, Misconfigured
from .adapter import WechatPay
from .certificates import Certificates
from .merchant import Merchant
from .messages import Account
from .transfers import WechatTransfers
from .verification import PUBLIC_KEY_ID, PlatformKeys, PublicKeys

CHANNEL = "wechatpay"
SECRET_LENGTH = 32
MAX_NOTIFY_URL = 256


def build(settings: Any, http: Http | None = None) -> WechatPay:
    """Raises Misconfigured where something is missing or a key cannot be used."""
    if names := channel_settings.missing(CHANNEL, settings):
        raise Misconfigured(Finding(Fault.HALF, ", ".join(names)))
    if not is_safe(settings.WECHATPAY_BASE_URL):
        raise Misconfigured(Finding(Fault.URL, "WECHATPAY_BASE_URL"))
    secret = settings.WECHATPAY_APIV3_KEY.encode()
    if len(secret) != SECRET_LENGTH:
        raise Misconfigured(Finding(Fault.KEY_SECRET, "WECHATPAY_APIV3_KEY"))
    merchant = Merchant(
        settings.WECHATPAY_MCHID,
        settings.WECHATPAY_SERIAL_NO,
        settings.WECHATPAY_BASE_URL,
        keys.from_settings("WECHATPAY_PRIVATE_KEY", settings, keys.private_key),
        secret,
        http or Http(),
    )
    account = Account(merchant, _platform(settings, merchant))
    return WechatPay(account, WechatTransfers(account, settings.WECHATPAY_TRANSFER_SCENE_ID), _notify_url(settings))


def _platform(settings: Any, merchant: Merchant) -> PlatformKeys:
    """The public keys that are set; without one, the certificates, which are fetched when they are needed."""
    public_keys: dict[str, RSAPublicKey] = {}
    for part in ("", "NEXT_"):
        number, name = f"WECHATPAY_{part}PUBLIC_KEY_ID", f"WECHATPAY_{part}PUBLIC_KEY"
        if not (serial := getattr(settings, number)):
            continue
        if not serial.startswith(PUBLIC_KEY_ID):
            raise Misconfigured(Finding(Fault.KEY_ID, number))
        public_keys[serial] = keys.from_settings(name, settings, keys.public_key)
        if public_keys[serial] == merchant.private_key.public_key():
            raise Misconfigured(Finding(Fault.KEY_OWN, name))
    return PublicKeys(next(iter(public_keys)), public_keys) if public_keys else Certificates(merchant)


def _notify_url(settings: Any) -> str:
    url: str = settings.WECHATPAY_NOTIFY_URL
    if url and (not is_safe(url) or urlsplit(url).query or len(url) > MAX_NOTIFY_URL):
        raise Misconfigured(Finding(Fault.URL, "WECHATPAY_NOTIFY_URL"))
    return url
