"""The page of a shop where buyers pay: a dearer replacement, or an order that is not paid yet (docs/payment-page.md).

The buyer is sent there with a signed request, and comes back with a signed link. The link is only words to the buyer:
what is paid is said by the shop's system over the API, never by a browser.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import record_change, values_of
from kernel.crypto import jwt
from kernel.errors import Invalid

from ..models import Shop
from ..services import only_manager

# Long enough to pay, too short to be found in a history and used another day.
LIFETIME = timedelta(minutes=30)
SANDBOX = "/sandbox/pay/"
KEY_END = 4


class Use(StrEnum):
    """A request never serves as the link back, although one key signs both."""

    REQUEST = "payment_request"
    RETURN = "payment_return"


class Purpose(StrEnum):
    DIFFERENCE = "difference"
    ORDER = "order"


@dataclass(frozen=True)
class Due:
    """What is to be paid: the amount is the server's, and `until` the deadline, where there is one."""

    purpose: Purpose
    order_no: str
    ticket_no: str
    amount: Decimal
    currency: str
    until: datetime | None = None

    @property
    def subject(self) -> str:
        return f"ticket:{self.ticket_no}" if self.ticket_no else f"order:{self.order_no}"


def address_of(shop: Shop) -> str:
    """ "": the shop has set up none. The sandbox's page exists only where the demo does."""
    url = shop.payment_page_url
    return "" if url.startswith("/") and not settings.DEBUG else url


def request_url(shop: Shop, due: Due, *, return_url: str, now: datetime) -> str:
    """Where the buyer is sent, with what is to be paid."""
    expires = min(now + LIFETIME, due.until or now + LIFETIME)
    claims = {
        "use": Use.REQUEST,
        "aud": shop.code,
        "sub": due.subject,
        "jti": secrets.token_urlsafe(12),
        "purpose": due.purpose,
        "order_no": due.order_no,
        "ticket_no": due.ticket_no or None,
        "amount": str(due.amount),
        "currency": due.currency,
        "return_url": return_url,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
    }
    url = address_of(shop)
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'token': jwt.sign(claims, shop.payment_page_key)})}"


def read_return(shop: Shop, due: Due, token: str, *, now: datetime) -> bool:
    """Whether the shop's page says that it took the payment. jwt.BadToken for a link that is not the shop's, that has
    expired or is about something else."""
    claims = jwt.read(token, shop.payment_page_key, now=now)
    if (claims.get("use"), claims.get("aud"), claims.get("sub")) != (Use.RETURN, shop.code, due.subject):
        raise jwt.BadToken
    return bool(claims.get("status") == "paid")


@transaction.atomic
def set_payment_page(shop: Shop, *, url: str, renew_key: bool = False, actor: Actor, now: datetime) -> Shop:
    """With the first address comes the key that signs both ways; `renew_key` makes another. "": there is none."""
    only_manager(actor)
    url = url.strip()
    _check(url)
    stored = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    before = _recorded(stored)
    shop.payment_page_url, shop.payment_page_key = url, stored.payment_page_key
    if url and (renew_key or not stored.payment_page_key):
        shop.payment_page_key = secrets.token_urlsafe(32)
    shop.save(update_fields=["payment_page_url", "payment_page_key"])
    record_change(
        "payment_page", shop, label=shop.name, before=before, after=_recorded(shop), actor=actor, shop_id=shop.pk
    )
    return shop


def _recorded(shop: Shop) -> dict[str, str]:
    """What the history of settings keeps: of the key only its end."""
    return {**values_of(shop, ("payment_page_url",)), "payment_page_key": shop.payment_page_key[-KEY_END:]}


def _check(url: str) -> None:
    if url in ("", SANDBOX) and (not url or settings.DEBUG):
        return
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and not parts.fragment
    except ValueError:
        fine = False
    if not fine or len(url) > 400 or not url.isprintable() or " " in url:
        raise Invalid(errors={"url": [_("Give an address that begins with https:// and has no # in it.")]})
