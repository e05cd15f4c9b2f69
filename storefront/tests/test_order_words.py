"""One true sentence of an order, in the list and on its page: order states × tickets × the end of the window."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.selectors.refunds.owed import owed_parts
from aftersales.tests.test_returned_refunds import bring_back
from orders import services as orders
from orders.access import acting_on, own_orders
from orders.models import Order
from refunds import services as refunds
from tests.desk import Desk
from tests.world import DAY, SECOND

from ..order_list import cards
from ..order_page import order_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "stock")]
ZERO = timedelta(0)


def said(desk: Desk, order: Order, now: datetime | None = None) -> tuple[str, str, bool]:
    """(headline, sentence, may one apply) as the page says it; the list says the same."""
    user, at = desk.world.users["alice"], now or desk.now
    with override("en"):
        row = own_orders(user).get(pk=order.pk)
        page = order_page(row, acting_on(user, row), at)
        card = cards([own_orders(user).get(pk=order.pk)], user, at)[0]
    words = page["status_text"]
    assert (card.status_text, card.can_apply) == (words, page["can_apply"])
    sentence = html.unescape(re.sub(r"<[^>]+>", "", words.sentence))
    return words.headline, " ".join(sentence.split()), page["can_apply"]


def refund(desk: Desk, order: Order, units: int | None = None, line: int = 0) -> Ticket:
    """Of goods that have not left: agreed at once, its money under way."""
    chosen = order.lines.all()[line]
    application = Application("refund_only", "dont_want", (LineRequest(chosen.pk, units or chosen.quantity),))
    return services.apply(order, application, actor=desk.buyer, now=desk.now)


def returned(desk: Desk, order: Order, units: int | None = None) -> Order:
    ticket = desk.approve(desk.apply(order, "return_refund", "wrong_choice", quantity=units))
    desk.pay_out(desk.receive(desk.ship_back(ticket)))
    return Order.objects.get(pk=order.pk)


def paid_part(desk: Desk) -> Order:
    desk.pay_out(refund(desk, order := desk.world.place_order(), 1))
    return order


def one_paid_one_open(desk: Desk) -> Order:
    order = desk.world.place_order(lines=[("TEE", "99.00", 3)])
    desk.pay_out(refund(desk, order, 1))
    refund(desk, Order.objects.get(pk=order.pk), 1)
    return order


def part_sent_rest_asked_back(desk: Desk) -> Order:
    order = desk.world.place_order(lines=[("TEE", "99.00", 1), ("MUG", "20.00", 1)])
    desk.world.ship(order, {order.lines.all()[0].pk: 1})
    refund(desk, Order.objects.get(pk=order.pk), line=1)
    return order


def fee_kept(desk: Desk, *, asked: bool = False) -> Order:
    desk.world.revise_policy(consent="note")
    order = desk.world.delivered()
    terms: dict[str, Any] = {"refund_amount": Decimal("190.00"), "refund_amount_consent": True, "note": "By phone"}
    ticket = desk.approve(desk.apply(order, "return_refund", "wrong_choice"), **terms)
    desk.pay_out(desk.receive(desk.ship_back(ticket)))
    order = Order.objects.get(pk=order.pk)
    if asked:
        desk.apply(order, "refund_only", "compensation", quantity=1, claimed_amount=Decimal("5.00"))
    return order


def closed_unpaid(desk: Desk) -> Order:
    order = desk.world.place_order(paid=False)
    return orders.close(order, reason="No payment came.", actor=desk.integration, now=desk.now)


def asked(desk: Desk, order: Order, type_: str = "return_refund", **more: Any) -> Order:
    desk.apply(order, type_, "quality", **more)
    return order


def refunded(desk: Desk) -> Order:
    desk.pay_out(refund(desk, order := desk.world.place_order()))
    return order


def being_refunded(desk: Desk) -> Order:
    refund(desk, order := desk.world.place_order())
    return order


STATES: dict[str, tuple[Callable[[Desk], Order], str, str]] = {
    "unpaid": (
        lambda desk: desk.world.place_order(paid=False), "Waiting for your payment",
        "The shop ships your order once you've paid.",
    ),
    "closed, never paid": (
        closed_unpaid, "Closed without payment",
        "No payment came. You didn't pay anything, so there's nothing to refund.",
    ),
    "paid": (
        lambda desk: desk.world.place_order(), "The shop is preparing your order", "Nothing has shipped yet."
    ),
    "paid, all asked back": (
        being_refunded, "You asked for your money back",
        "Nothing ships while your refund is in progress. You've asked for a refund of ¥198.00.",
    ),
    "paid, a part refunded": (
        paid_part, "The shop is preparing the rest of your goods",
        "Nothing has shipped yet. ¥99.00 was refunded.",
    ),
    "paid, a part refunded and another being refunded": (
        one_paid_one_open, "The shop is preparing the rest of your goods",
        "Nothing has shipped yet. ¥99.00 was refunded, and you've asked for ¥99.00 more.",
    ),
    "a part sent, the rest asked back": (
        part_sent_rest_asked_back, "Part of your order is on its way",
        "The rest won't ship, because you asked for a refund. You've asked for a refund of ¥20.00.",
    ),
    "sent": (
        lambda desk: desk.world.shipped(), "On its way to you",
        "Confirm once everything has arrived. Otherwise it's confirmed automatically in",
    ),
    "delivered, in after-sales": (
        lambda desk: asked(desk, desk.world.delivered()), "Delivered",
        "The confirmation deadline is paused while your after-sales ticket is open.",
    ),
    "refunded": (refunded, "Closed, fully refunded", "Everything you paid was refunded."),
    "refunded but for a fee": (
        fee_kept, "Closed. All goods were refunded", "The shop kept ¥8.00. You can still ask for it back."
    ),
    "the fee is asked for": (
        lambda desk: fee_kept(desk, asked=True), "Closed. All goods were refunded",
        "The shop kept ¥8.00. You've asked for it back.",
    ),
    "completed": (lambda desk: desk.world.completed(), "Order complete", "After-sales service until"),
    "completed, an exchange open": (
        lambda desk: asked(desk, desk.world.completed(), "exchange"), "Order complete", "After-sales service until"
    ),
    "completed, then all refunded": (
        lambda desk: returned(desk, desk.world.completed()), "Order complete",
        "All goods were refunded. ¥198.00 was refunded.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_every_state_says_what_is_true_of_it(desk: Desk, state: str) -> None:
    reach, headline, sentence = STATES[state]
    result = said(desk, reach(desk))
    assert result[0] == headline
    assert result[1].startswith(sentence)


@pytest.mark.parametrize("offset", [-SECOND, ZERO, SECOND])
@pytest.mark.parametrize("warranty", [0, 365])
@pytest.mark.parametrize("ticket", ["none", "open", "part", "whole"])
def test_at_the_end_of_the_window(desk: Desk, ticket: str, warranty: int, offset: timedelta) -> None:
    """What the sentence says is over is offered nowhere, and what is offered is not called over."""
    desk.world.sku("TEE", warranty_days=warranty, on_hand=9)
    order = desk.world.completed()
    if ticket in ("part", "whole"):
        order = returned(desk, order, 1 if ticket == "part" else None)
    elif ticket == "open":
        asked(desk, order)
    ends = order.window_ends_at
    assert ends is not None
    _headline, sentence, may = said(desk, order, ends + offset)
    if ticket == "whole":
        assert (sentence, may) == ("All goods were refunded. ¥198.00 was refunded.", False)
        return
    over = offset >= ZERO
    assert ("has ended" in sentence) is over
    assert ("After-sales service until" in sentence) is not over
    assert ("can still request" in sentence) is (over and may)
    assert may is (ticket != "open" and (not over or warranty > 0))


@pytest.mark.parametrize("offset", [-SECOND, ZERO, SECOND])
def test_at_the_end_of_the_time_to_confirm(desk: Desk, offset: timedelta) -> None:
    order = desk.world.delivered()
    assert order.receipt_due_at is not None
    _headline, sentence, _may = said(desk, order, order.receipt_due_at + offset)
    assert ("in a moment" in sentence) is (offset >= ZERO)


def test_a_window_that_the_job_has_closed_is_over(desk: Desk) -> None:
    order = desk.world.completed()
    Order.objects.filter(pk=order.pk).update(window_closed_at=desk.now)
    assert said(desk, order, desk.now + DAY)[1:] == ("The after-sales period has ended.", False)


# --- money that has not arrived --------------------------------------------------------------------------------------


def owes(desk: Desk, how: str, order: Order, units: int | None = 1, reason: str = "quality") -> Order:
    """`how`: `failed` came back from the bank, `sent` is tried again since, `held` met a chargeback."""
    ticket = desk.approve(desk.apply(order, "return_refund", reason, quantity=units))
    desk.pay_out(desk.receive(desk.ship_back(ticket)))
    one = ticket.refunds.get()
    bring_back(desk, one)
    if how == "sent":
        refunds.retry(one, actor=desk.merchant, now=desk.now)
    elif how == "held":
        by: dict[str, Any] = {"chargeback_no": "CB-1", "amount": Decimal(1), "actor": desk.integration}
        refunds.record_chargeback(order, transaction_no=one.payment.transaction_no, status="open", now=desk.now, **by)
    return Order.objects.get(pk=order.pk)


OWED = {
    "failed": "¥99.00 hasn't reached you. The shop still owes it to you.",
    "sent": "¥99.00 is on its way to you.",
    "held": "¥99.00 waits for the bank, which is deciding on a chargeback of your payment.",
}


def tone(desk: Desk, order: Order) -> str:
    row = own_orders(desk.world.users["alice"]).get(pk=order.pk)
    return cards([row], desk.world.users["alice"], desk.now)[0].status_text.tone


@pytest.mark.parametrize("how", OWED)
def test_what_is_owed_is_said_beside_the_rest(desk: Desk, how: str) -> None:
    order = owes(desk, how, desk.world.completed())
    headline, sentence, _may = said(desk, order)
    assert headline == "Order complete"
    assert sentence.startswith("After-sales service until")
    assert sentence.endswith(OWED[how])
    assert all(text not in sentence for name, text in OWED.items() if name != how)
    assert tone(desk, order) == "wait"
    assert said(desk, order, order.window_ends_at)[1] == f"The after-sales period has ended. {OWED[how]}"


@pytest.mark.parametrize("how", OWED)
def test_before_the_receipt_it_is_said_beside_the_clock(desk: Desk, how: str) -> None:
    order = owes(desk, how, desk.world.delivered())
    headline, sentence, _may = said(desk, order)
    assert headline == "Delivered"
    assert sentence.startswith("Confirm once everything has arrived.")
    assert sentence.endswith(OWED[how])


@pytest.mark.parametrize("how", OWED)
def test_a_closed_order_is_not_called_refunded(desk: Desk, how: str) -> None:
    headline, sentence, _may = said(desk, owes(desk, how, desk.world.delivered(), None))
    text = OWED[how].replace("¥99.00", "¥198.00")
    assert (headline, sentence) == ("Closed, but your refund hasn't reached you", text)


def test_parts_that_wait_for_different_things_are_all_named(desk: Desk) -> None:
    order = desk.world.delivered(payments=[("PAY-1", "99.00"), ("PAY-2", "99.00")])
    ticket = desk.approve(desk.apply(order, "return_refund", "quality"))
    desk.pay_out(desk.receive(desk.ship_back(ticket)))
    desk.send_refunds()
    for one in ticket.refunds.order_by("pk"):
        bring_back(desk, one)
    refunds.retry(ticket.refunds.order_by("pk")[0], actor=desk.merchant, now=desk.now)
    _headline, sentence, _may = said(desk, Order.objects.get(pk=order.pk))
    assert sentence == f"{OWED['sent']} {OWED['failed']}"


@pytest.mark.parametrize("how", OWED)
def test_one_statement_more_for_a_list_in_which_orders_owe(desk: Desk, how: str) -> None:
    owes(desk, "failed", desk.world.completed())
    owes(desk, how, desk.world.completed(payments=[("PAY-2", "198.00")]))
    rows = list(Order.objects.all())
    with CaptureQueriesContext(connection) as statements:
        parts = owed_parts(rows)
    assert len(statements) == 1
    assert {pk: part.total for pk, part in parts.items()} == {row.pk: row.refund_owed for row in rows}
    Order.objects.update(refund_owed=0)
    with CaptureQueriesContext(connection) as statements:
        assert owed_parts(Order.objects.all()) == {}
    assert len(statements) == 1
