"""Which variables each payment channel needs, and which of them are missing.

Imports no model: the entry points of production read it before the apps are loaded (config/guard.py).
"""

from pathlib import Path
from typing import Any

from kernel.calls.addresses import is_local, is_safe

# A channel: what it needs, each as one variable or as several of which one is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "alipay": (
        ("ALIPAY_APP_ID",),
        ("ALIPAY_PRIVATE_KEY", "ALIPAY_PRIVATE_KEY_FILE"),
        ("ALIPAY_PUBLIC_KEY", "ALIPAY_PUBLIC_KEY_FILE"),
    ),
    "stripe": (("STRIPE_API_KEY",), ("STRIPE_WEBHOOK_SECRET",)),
    "wechatpay": (
        ("WECHATPAY_MCHID",),
        ("WECHATPAY_SERIAL_NO",),
        ("WECHATPAY_PRIVATE_KEY", "WECHATPAY_PRIVATE_KEY_FILE"),
        ("WECHATPAY_APIV3_KEY",),
    ),
}
# What a channel can do without, but not with one of them alone.
TOGETHER: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    # Certificate mode, without which Alipay takes no transfers.
    "alipay": ((("ALIPAY_APP_CERT", "ALIPAY_APP_CERT_FILE"), ("ALIPAY_ROOT_CERT", "ALIPAY_ROOT_CERT_FILE")),),
    "wechatpay": (
        (("WECHATPAY_PUBLIC_KEY_ID",), ("WECHATPAY_PUBLIC_KEY", "WECHATPAY_PUBLIC_KEY_FILE")),
        (("WECHATPAY_NEXT_PUBLIC_KEY_ID",), ("WECHATPAY_NEXT_PUBLIC_KEY", "WECHATPAY_NEXT_PUBLIC_KEY_FILE")),
    ),
}
URLS = {"alipay": "ALIPAY_GATEWAY_URL", "stripe": "STRIPE_API_BASE", "wechatpay": "WECHATPAY_BASE_URL"}
# The variable that is the number of the account; without one the number is only a name (Stripe's `acct_…`).
NUMBERS = {"alipay": "ALIPAY_APP_ID", "wechatpay": "WECHATPAY_MCHID"}
# Where an account of a shop may be: the channel's own addresses, and the one of the environment.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "alipay": ("https://openapi.alipay.com/gateway.do", "https://openapi-sandbox.dl.alipaydev.com/gateway.do"),
    "stripe": ("https://api.stripe.com",),
    "wechatpay": ("https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"),
}
CERTIFICATES = ("ALIPAY_APP_CERT", "ALIPAY_ROOT_CERT")  # of Alipay's certificate mode
# Whether payables are paid out by transfers, and what those need besides. Off unless all of them are set.
TRANSFERS: dict[str, tuple[str, ...]] = {
    "alipay": ("ALIPAY_TRANSFERS",),
    "wechatpay": ("WECHATPAY_TRANSFER_SCENE_ID",),
}


def is_on(channel: str, settings: Any) -> bool:
    """Whether somebody has begun to set it up."""
    together = TOGETHER.get(channel, ())
    return any(_is_set(names, settings) for group in (REQUIRED[channel], *together) for names in group)


def missing(channel: str, settings: Any) -> list[str]:
    """As people read it: "A or A_FILE"."""
    begun = [group for group in TOGETHER.get(channel, ()) if any(_is_set(names, settings) for names in group)]
    needed = [names for group in (REQUIRED[channel], *begun) for names in group]
    return [" or ".join(names) for names in needed if not _is_set(names, settings)]


def transfers_on(channel: str, settings: Any) -> bool:
    names = TRANSFERS.get(channel, ())
    return bool(names) and all(getattr(settings, name, "") for name in names)


def _is_set(names: tuple[str, ...], settings: Any) -> bool:
    return any(getattr(settings, name) for name in names)


def problems(settings: Any) -> list[str]:
    """One sentence a channel that is set up by half, or that would be asked in clear over the network."""
    faults = []
    for channel in REQUIRED:
        if not is_on(channel, settings):
            continue
        if names := missing(channel, settings):
            faults.append(f"{', '.join(names)}: not set, but other settings of {channel} are. Set all of them or none.")
        elif not is_safe(getattr(settings, URLS[channel])):
            faults.append(f"{URLS[channel]} is no https:// address. Only a fake on this machine may be plain http://.")
    return faults


def fakes_in_production(settings: Any) -> list[str]:
    """One sentence for each way in which an installation with buyers would send its refunds to a fake, which says that
    it has paid and pays nobody."""
    faults = []
    if settings.FAKE_CHANNELS and not settings.DEBUG:
        faults.append("FAKE_CHANNELS is on, but DJANGO_DEBUG is off. Unset it: fake channels pay nobody.")
    if not settings.FAKES_ALLOWED:
        faults += [
            f"{name} is an address of this machine, where only a fake channel can be, which pays nobody. Unset it."
            for name in URLS.values()
            if is_local(getattr(settings, name))
        ]
    return faults


def secrets_of(channel: str) -> tuple[str, ...]:
    """The variables that an account of a shop has for itself. Never those that name a file of the server."""
    groups = (REQUIRED[channel], *TOGETHER.get(channel, ()))
    return tuple(names[0] for group in groups for names in group if names[0] != NUMBERS.get(channel))


def addresses_of(channel: str, settings: Any) -> list[str]:
    """That of the environment first."""
    return list(dict.fromkeys([str(getattr(settings, URLS[channel])), *ADDRESSES[channel]]))


def text_of(name: str, settings: Any) -> str:
    """The text of a key: the variable itself, or the file that NAME_FILE names. Raises OSError or ValueError where that
    file cannot be read."""
    text = getattr(settings, name) or Path(getattr(settings, f"{name}_FILE")).read_text(encoding="utf-8")
    return str(text)
