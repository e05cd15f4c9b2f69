"""From the settings to the adapter, for an installation with one account at Stripe."""

from typing import Any

from kernel.calls.addresses import is_safe
from refunds import channel_settings

from ..http import Http
from ..port import Fault, Finding, Misconfigured
from .adapter import Stripe
from .messages import Account

CHANNEL = "stripe"
KEYS, SECRETS = ("sk_", "rk_"), ("whsec_",)


def build(settings: Any, http: Http | None = None) -> Stripe:
    """Raises Misconfigured where something is missing or is another thing than what it should be."""
    if names := channel_settings.missing(CHANNEL, settings):
        raise Misconfigured(Finding(Fault.HALF, ", ".join(names)))
    if not is_safe(settings.STRIPE_API_BASE):
        raise Misconfigured(Finding(Fault.URL, "STRIPE_API_BASE"))
    key, secret = _text("STRIPE_API_KEY", settings, KEYS), _text("STRIPE_WEBHOOK_SECRET", settings, SECRETS)
    return Stripe(Account(settings.STRIPE_API_BASE, key, secret, http or Http()))


def _text(name: str, settings: Any, beginnings: tuple[str, ...]) -> str:
    value = str(getattr(settings, name)).strip()
    # The publishable key and the secret of a webhook are shown beside it, and pasted by mistake.
    if not value.startswith(beginnings) or not value.isascii() or not value.isprintable():
        raise Misconfigured(Finding(Fault.KEY_KIND, f"{name} ({' / '.join(beginnings)}…)"))
    return value
