"""What the buyer has to pay, and the way to the shop's payment page and back (accounts.shop_settings.payment_page)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Shop
from accounts.shop_settings.payment_page import Due, Purpose, address_of
from aftersales.models import Ticket
from aftersales.states import Status
from orders.machine import Status as OrderStatus
from orders.models import Order

REPORTED = "payments_reported"  # in the session
# How long the shop's word that it took the money is shown: its system has long said so by then, or it has not come.
BELIEVED = timedelta(minutes=30)
MAX_REPORTED = 20


@dataclass(frozen=True)
class Payment:
    """`url`: where to pay, "" where the shop has set up no page; `host`: of which site. `reported`: the shop's page
    said that it took the payment, and its system has not told yet."""

    due: Due
    shop: Shop
    url: str
    host: str
    reported: bool


def due_for_ticket(ticket: Ticket, now: datetime) -> Due | None:
    """None: nothing is owed, or its time is over."""
    if ticket.status != Status.PENDING_SUPPLEMENT or ticket.due_at is None or ticket.due_at <= now:
        return None
    return Due(
        Purpose.DIFFERENCE, ticket.order.order_no, ticket.ticket_no, ticket.price_difference, ticket.order.currency,
        until=ticket.due_at,
    )  # fmt: skip


def due_for_order(order: Order) -> Due | None:
    if order.status != OrderStatus.PENDING_PAYMENT:
        return None
    return Due(Purpose.ORDER, order.order_no, "", order.amount, order.currency)


def payment_of(request: HttpRequest, due: Due | None, shop: Shop) -> Payment | None:
    if due is None:
        return None
    name, number = ("ticket-pay", due.ticket_no) if due.ticket_no else ("order-pay", due.order_no)
    page = address_of(shop)
    host = urlsplit(page).hostname or ""
    return Payment(due, shop, reverse(name, args=[number]) if page else "", host, _is_reported(request, shop, due))


def report(request: HttpRequest, shop: Shop, due: Due) -> None:
    """Kept for this browser alone, so that nobody pays twice while the shop's system has not told yet. It marks
    nothing as paid."""
    latest = list(request.session.get(REPORTED, {}).items())[-MAX_REPORTED:]
    request.session[REPORTED] = {**dict(latest), _key(shop, due): timezone.now().isoformat()}


def _is_reported(request: HttpRequest, shop: Shop, due: Due) -> bool:
    at = parse_datetime(request.session.get(REPORTED, {}).get(_key(shop, due), ""))
    return at is not None and timezone.now() < at + BELIEVED


def _key(shop: Shop, due: Due) -> str:
    return f"{shop.code} {due.subject} {due.amount}"
