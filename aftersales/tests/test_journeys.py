"""One story a test: each type of ticket from application to its end, with its whole history."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from aftersales import services
from aftersales.models import Ticket
from aftersales.services.approve import Decision, decide
from aftersales.services.locking import lock
from kernel.actors import CLOCK, RULE
from kernel.errors import IllegalTransition
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, World

from ..rules.application import Application, LineRequest

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def moves(ticket: Ticket) -> list[tuple[str, str, str]]:
    return [(row.actor_kind, row.action, row.target) for row in ticket.history()]


def test_an_unshipped_order_is_refunded_without_review(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("TEE", "99.00", 2)], freight="10.00", discount="30.00")
    ticket = desk.apply(order, "refund_only", "dont_want")
    assert (ticket.status, ticket.approved_amount) == ("pending_refund", D("178.00"))
    ticket = desk.pay_out(ticket)
    assert moves(ticket) == [
        ("buyer", "apply", "pending_refund"),
        ("gateway", "settle", "completed"),
    ]
    order = Order.objects.get(pk=order.pk)
    line = order.lines.get()
    assert (order.status, order.aftersales_state, order.freight_refunded) == ("closed", "succeeded", D("10.00"))
    assert (line.refunded_quantity, line.cancelled_quantity, line.refunded_amount) == (2, 2, D("168.00"))
    assert (line.open_quantity, line.reserved_quantity, line.open_amount) == (0, 0, 0)


def test_a_return_is_refunded_after_inspection(desk: Desk) -> None:
    order = desk.world.completed(lines=[("TEE", "99.00", 2)], freight="10.00")
    ticket = desk.apply(order, "return_refund", "other", quantity=1)
    assert ticket.status == "pending_review"
    ticket = desk.approve(ticket)
    ticket = desk.ship_back(ticket)
    ticket = desk.receive(ticket)
    ticket = desk.pay_out(ticket)
    assert moves(ticket) == [
        ("buyer", "apply", "pending_review"),
        ("merchant", "approve", "pending_return"),
        ("buyer", "ship_back", "pending_refund"),
        ("merchant", "receive", "pending_refund"),
        ("gateway", "settle", "completed"),
    ]
    assert ticket.refunded_amount == D("99.00")


def test_an_exchange_for_a_dearer_sku(desk: Desk) -> None:
    world = desk.world
    world.sku("TEE", price="99.00")
    world.sku("TEE-L", price="109.00", on_hand=5)
    order = world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.apply(order, "exchange", "wrong_choice", quantity=2, exchange_sku="TEE-L")
    assert ticket.price_difference == D("20.00")
    ticket = desk.approve(ticket)
    assert ticket.status == "pending_supplement"
    ticket = desk.pay_difference(ticket, "20.00")
    ticket = desk.ship_back(ticket)
    ticket = desk.receive(ticket)
    ticket = desk.reship(ticket)
    ticket = services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    assert ticket.status == "completed"
    assert [verb for _, verb, _ in moves(ticket)] == [
        "apply", "approve", "pay_difference", "ship_back", "receive", "reship", "confirm_replacement",
    ]  # fmt: skip
    assert desk.stock("TEE-L") == (3, 0)
    assert desk.stock("TEE") == (2, 0)
    line, new = order.lines.order_by("position")
    assert (line.open_quantity, line.exchanged_quantity, line.allocated_share, line.open_amount) == (0, 2, 198, 0)
    assert (new.sku.code, new.quantity, new.paid_amount) == ("TEE-L", 2, 218)


def test_an_exchange_for_a_cheaper_sku_gives_money_back(desk: Desk) -> None:
    world = desk.world
    world.sku("TEE", price="99.00")
    world.sku("TEE-S", price="89.50", on_hand=5)
    order = world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.apply(order, "exchange", "wrong_choice", quantity=2, exchange_sku="TEE-S")
    assert ticket.price_difference == D("-19.00")
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    desk.send_refunds()
    assert order.payments.get().refunded == D("19.00")
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    line, new = order.lines.order_by("position")
    assert (line.open_amount, line.refunded_amount, line.exchanged_amount) == (0, 19, 179)
    assert (new.quantity, new.paid_amount) == (2, 179)


def test_a_repair(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.apply(order, "repair", "fault")
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    ticket = services.confirm_replacement(ticket, actor=CLOCK, now=NOW + timedelta(days=15))
    assert ticket.status == "completed"


def test_a_reissue(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=1)
    order = desk.world.shipped(lines=[("TEE", "99.00", 1)])
    ticket = desk.apply(order, "reissue", "lost")
    assert desk.stock("TEE") == (1, 1)
    ticket = desk.reship(desk.approve(ticket))
    assert ticket.status == "reshipped"
    assert desk.stock("TEE") == (0, 0)


def test_what_cannot_be_fulfilled_becomes_a_refund(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=1)
    order = desk.world.shipped(lines=[("TEE", "99.00", 1)], freight="8.00")
    ticket = desk.approve(desk.apply(order, "reissue", "lost"))
    ticket = services.convert(ticket, to="refund_only", actor=desk.merchant, now=NOW)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.refunded_amount) == ("completed", D("107.00"))
    assert desk.stock("TEE") == (1, 0)
    assert Order.objects.get(pk=order.pk).status == "closed"


def test_compensation_uses_up_money_not_units(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "50.00", 2)], freight="5.00")
    ticket = desk.apply(order, "refund_only", "compensation", quantity=1, claimed_amount=D("30.00"))
    ticket = desk.pay_out(desk.approve(ticket))
    line = order.lines.get()
    assert (line.refunded_quantity, line.refunded_amount) == (0, D("30.00"))
    both = desk.apply(order, "return_refund", "quality", quantity=2)
    assert both.requested_amount == D("75.00")


def test_a_rejected_application_may_be_approved_after_all(desk: Desk) -> None:
    order = desk.world.delivered()
    ticket = desk.apply(order, "return_refund", "quality", quantity=1)
    ticket = services.reject(ticket, reason="No fault to be seen", actor=desk.merchant, now=NOW)
    line = order.lines.get()
    assert (line.open_quantity, line.failed_applications) == (0, 1)
    ticket = desk.approve(ticket)
    assert (ticket.status, order.lines.get().open_quantity) == ("pending_return", 1)


@pytest.mark.parametrize("by", ["clock", "rule", "buyer"])
def test_only_who_rejected_it_may_approve_it_after_all(desk: Desk, by: str) -> None:
    """Refused with what else this actor may do."""
    ticket = desk.apply(desk.world.delivered(), "return_refund", "quality", quantity=1)
    ticket = services.reject(ticket, reason="No fault to be seen", actor=desk.merchant, now=NOW)
    actor = {"clock": CLOCK, "rule": RULE, "buyer": desk.buyer}[by]
    possible = services.allowed_actions(ticket, actor, now=NOW)
    with transaction.atomic():
        order, ticket = lock(ticket)
        with pytest.raises(IllegalTransition) as refusal:
            decide(ticket, order, Decision(), accepted=True, actor=actor, now=NOW)
    others = [name for name in possible if name != "approve"]
    assert (refusal.value.details["allowed"], bool(others)) == (others, by == "buyer")


def test_amending_replaces_what_was_asked(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 2)])
    ticket = desk.apply(order, "return_refund", "quality", quantity=1)
    line = order.lines.get()
    application = Application("return_refund", "quality", (LineRequest(line.pk, 2),), evidence=(desk.photo(),))
    ticket = services.amend(ticket, application, actor=desk.buyer, now=NOW)
    assert ticket.requested_amount == D("198.00")
    assert order.lines.get().open_quantity == 2


def test_missing_units_are_not_refunded(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "89.99", 3)])
    ticket = desk.ship_back(desk.approve(desk.apply(order, "return_refund", "quality", quantity=3)))
    line = order.lines.get()
    units = [{"line_id": line.pk, "quantity": 2, "condition": "as_new"}]
    ticket = desk.pay_out(services.receive(ticket, units=units, actor=desk.merchant, now=NOW))
    line = order.lines.get()
    assert ticket.refunded_amount == D("179.98")
    assert (line.refunded_quantity, line.open_quantity, line.allocated_share) == (2, 0, D("179.98"))
    assert desk.stock("TEE") == (2, 0)


def test_support_reopens_a_closed_ticket(desk: Desk) -> None:
    order = desk.world.delivered()
    ticket = desk.approve(desk.apply(order, "return_refund", "quality", quantity=1))
    ticket = services.close(ticket, now=NOW + timedelta(days=7))
    assert (ticket.status, Order.objects.get(pk=order.pk).open_cases) == ("closed", 0)
    ticket = services.reopen(ticket, reason="The parcel was late", actor=desk.support, now=NOW + timedelta(days=8))
    assert ticket.status == "pending_return"
    assert ticket.due_at == NOW + timedelta(days=15)
    assert order.lines.get().open_quantity == 1


def test_refused_goods_go_back(desk: Desk) -> None:
    order = desk.world.delivered()
    ticket = desk.ship_back(desk.approve(desk.apply(order, "return_refund", "quality", quantity=1)))
    ticket = services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
    assert ticket.status == "rejected"
    assert order.payments.get().refunded == 0
    ticket = services.return_goods(ticket, courier="sf", tracking_no="SF9", actor=desk.merchant, now=NOW)
    assert ticket.send_back_parcel is not None
