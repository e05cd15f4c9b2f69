"""D-8: two repairs that failed open a replacement within the warranty; money where there is none to be had."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.selectors.options import options
from aftersales.services.deadlines import fire
from aftersales.states import Due
from kernel.actors import RULE
from kernel.errors import DomainError, NotEligible
from orders.models import Order, OrderLine, Stock
from orders.services import stock
from tests.desk import Desk
from tests.fixtures import Login
from tests.undone import undone
from tests.world import DAY, NOW, SECOND, World

LATER = NOW + 60 * DAY  # window, 7 and 15 days are over


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9, warranty_days=365)
    return Desk(world)


@pytest.fixture
def order(desk: Desk) -> Order:
    return desk.world.completed(lines=[("TEE", "99.00", 1)])


def repaired(desk: Desk, order: Order, reason: str = "fault", **more: object) -> Ticket:
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(order, "repair", reason, **more)))))
    return services.confirm_replacement(ticket, actor=desk.buyer, now=desk.now)


def reasons(desk: Desk, order: Order, type_: str, reason: str, *, at: datetime, **more: object) -> list[str]:
    application = desk.application(Order.objects.get(pk=order.pk), type_, reason, **more)  # type: ignore[arg-type]
    order = Order.objects.select_related("policy", "shop__policy").get(pk=order.pk)
    quoted = services.quote(order, application, actor=desk.buyer, now=at)
    refused = sorted({refusal.code for refusal in quoted.refusals})
    with undone():
        assert set(refused) == set(refused_when_applied(desk, order, application, at))
    return refused


def refused_when_applied(desk: Desk, order: Order, application: Application, at: datetime) -> list[str]:
    try:
        services.apply(order, application, actor=desk.buyer, now=at)
    except NotEligible as error:
        return list(error.details["reasons"])
    return []


def line(order: Order) -> OrderLine:
    return order.lines.order_by("position").first()  # type: ignore[return-value]


CLOSED = ["window_closed"]


def test_the_fault_after_two_repairs(desk: Desk, order: Order) -> None:
    assert reasons(desk, order, "exchange", "quality", at=LATER) == CLOSED
    repaired(desk, order)
    assert reasons(desk, order, "exchange", "quality", at=LATER) == CLOSED
    repaired(desk, order)
    assert line(order).repair_attempts == 2
    assert reasons(desk, order, "exchange", "quality", at=LATER) == []
    # A replacement comes first, and nothing else is opened by it.
    assert reasons(desk, order, "return_refund", "quality", at=LATER) == CLOSED
    assert reasons(desk, order, "return_refund", "no_reason", at=LATER) == CLOSED
    assert reasons(desk, order, "exchange", "wrong_choice", at=LATER) == CLOSED
    assert reasons(desk, order, "repair", "fault", at=LATER) == []
    assert reasons(desk, order, "refund_only", "compensation", at=LATER) == CLOSED


@pytest.mark.parametrize(("off", "refused"), [(-SECOND, []), (timedelta(0), CLOSED), (SECOND, CLOSED)])
def test_within_the_warranty(desk: Desk, order: Order, off: timedelta, refused: list[str]) -> None:
    repaired(desk, order)
    repaired(desk, order)
    assert reasons(desk, order, "exchange", "quality", at=NOW + 365 * DAY + off) == refused


def test_the_money_where_no_replacement_is_in_stock(desk: Desk, order: Order) -> None:
    repaired(desk, order)
    repaired(desk, order)
    stock.put_stock(line(order).sku, 0, actor=RULE)
    assert reasons(desk, order, "return_refund", "quality", at=LATER) == []
    assert reasons(desk, order, "return_refund", "no_reason", at=LATER) == CLOSED
    assert reasons(desk, order, "return_refund", "not_as_described", at=LATER) == CLOSED
    assert reasons(desk, order, "exchange", "quality", at=LATER) == ["out_of_stock"]
    desk.world.revise_policy(exchange_only_in_stock=False)
    assert reasons(desk, order, "return_refund", "quality", at=LATER) == []
    Stock.objects.update(on_hand=1)
    OrderLine.objects.update(exchange_excluded=True)
    assert reasons(desk, order, "return_refund", "quality", at=LATER) == []
    assert reasons(desk, order, "exchange", "quality", at=LATER) == ["type_excluded"]


def test_what_the_buyer_opens_and_withdraws_counts_for_nothing(desk: Desk, order: Order) -> None:
    services.withdraw(desk.apply(order, "repair", "fault"), actor=desk.buyer, now=NOW)
    services.withdraw(desk.approve(desk.apply(order, "repair", "fault")), actor=desk.buyer, now=NOW)
    assert line(order).repair_attempts == 0
    repaired(desk, order)
    rejected = services.reject(desk.apply(order, "repair", "fault"), reason="No", actor=desk.merchant, now=NOW)
    services.withdraw(rejected, actor=desk.buyer, now=NOW)  # nor one that was refused and then withdrawn
    assert line(order).repair_attempts == 1
    assert reasons(desk, order, "exchange", "quality", at=LATER) == CLOSED


def test_refusals_alone_count_for_nothing(desk: Desk, order: Order) -> None:
    for _ in range(3):
        services.reject(desk.apply(order, "repair", "fault"), reason="No", actor=desk.merchant, now=NOW)
    assert line(order).repair_attempts == 0
    assert reasons(desk, order, "exchange", "quality", at=LATER) == CLOSED


def test_misuse_is_no_fault(desk: Desk, order: Order) -> None:
    repaired(desk, order, "misuse")
    repaired(desk, order, "misuse")
    assert line(order).repair_attempts == 0


def test_a_merchant_does_not_avoid_it_by_refusing_the_second_repair(desk: Desk, order: Order) -> None:
    repaired(desk, order)
    ticket = services.reject(desk.apply(order, "repair", "fault"), reason="No", actor=desk.merchant, now=NOW)
    assert line(order).repair_attempts == 2
    assert reasons(desk, order, "exchange", "quality", at=LATER) == []
    # Nor by refusing the goods that came in for it; nor does the time for an answer change it.
    with undone():
        assert ticket.due_at is not None
        assert fire(ticket.pk, Due.CLOSE, now=ticket.due_at)
        assert line(order).repair_attempts == 2
    ticket = desk.ship_back(desk.approve(ticket))
    services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
    assert line(order).repair_attempts == 2


def test_one_that_was_refused_and_made_after_all_is_one(desk: Desk, order: Order) -> None:
    repaired(desk, order)
    ticket = services.reject(desk.apply(order, "repair", "fault"), reason="No", actor=desk.merchant, now=NOW)
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    assert line(order).repair_attempts == 2


def test_the_application_changed_into_an_exchange(desk: Desk, order: Order) -> None:
    """After the second refusal the buyer applies anew on the same ticket (S-039)."""
    repaired(desk, order)
    ticket = services.reject(desk.apply(order, "repair", "fault"), reason="No", actor=desk.merchant, now=NOW)
    application = desk.application(order, "exchange", "quality")
    ticket = services.amend(ticket, application, actor=desk.buyer, now=LATER)
    assert (ticket.type, ticket.after_failed_repairs) == ("exchange", True)


def test_the_held_line_counts(desk: Desk, order: Order) -> None:
    """An exchange is a new line, whose repairs begin at nought; the old one's are used up."""
    repaired(desk, order)
    repaired(desk, order)
    desk.now = LATER
    ticket = desk.apply(order, "exchange", "quality")
    assert ticket.after_failed_repairs
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=LATER)
    old, new = order.lines.order_by("position")
    assert (old.repair_attempts, new.repair_attempts, new.warranty_days) == (0, 0, 365)
    assert new.warranty_from == LATER
    much_later = LATER + 300 * DAY  # its own warranty, beyond that of the first
    with pytest.raises(DomainError):
        services.apply(order, one(desk, new, "exchange", "quality"), actor=desk.buyer, now=much_later)
    for _ in range(2):
        ticket = services.apply(order, one(desk, new, "repair", "fault"), actor=desk.buyer, now=LATER)
        ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
        services.confirm_replacement(ticket, actor=desk.buyer, now=LATER)
    ticket = services.apply(order, one(desk, new, "exchange", "quality"), actor=desk.buyer, now=much_later)
    assert ticket.after_failed_repairs


def one(desk: Desk, held: OrderLine, type_: str, reason: str) -> Application:
    return Application(type_, reason, (LineRequest(held.pk, 1),), evidence=(desk.photo(),))


def test_units_are_counted_and_used_up(desk: Desk) -> None:
    order = desk.world.completed(lines=[("TEE", "99.00", 3)])
    repaired(desk, order, quantity=1)
    repaired(desk, order, quantity=1)
    assert reasons(desk, order, "exchange", "quality", at=LATER, quantity=2) == CLOSED
    desk.now = LATER
    ticket = desk.apply(order, "exchange", "quality", quantity=1)
    # Not once more while that one is open, nor after it.
    assert reasons(desk, order, "exchange", "quality", at=LATER, quantity=1) == CLOSED
    ticket = desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=LATER)
    assert line(order).repair_attempts == 0
    with pytest.raises(DomainError):
        services.apply(order, one(desk, line(order), "exchange", "quality"), actor=desk.buyer, now=LATER)


def test_a_refund_uses_them_up_as_well(desk: Desk) -> None:
    order = desk.world.completed(lines=[("TEE", "99.00", 2)])
    repaired(desk, order, quantity=1)
    repaired(desk, order, quantity=1)
    Stock.objects.update(on_hand=0)
    desk.now = LATER
    ticket = desk.apply(order, "return_refund", "quality", quantity=1)
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    assert (ticket.status, line(order).repair_attempts) == ("completed", 0)


def test_too_late_is_no_ground_to_reject_it(desk: Desk, order: Order) -> None:
    repaired(desk, order)
    repaired(desk, order)
    desk.now = LATER
    ticket = desk.apply(order, "exchange", "quality")
    for ground in ("late", "window_closed"):
        with pytest.raises(DomainError) as refused:
            services.reject(ticket, reason="Too late", ground=ground, actor=desk.merchant, now=LATER)
        assert refused.value.code == "ground_required"
    assert services.reject(ticket, reason="Broken by a fall", actor=desk.merchant, now=LATER).status == "rejected"


def test_both_sides_read_why(desk: Desk, order: Order, api: Login, client: Client, time_machine: Any) -> None:
    repaired(desk, order)
    repaired(desk, order)
    fresh = Order.objects.select_related("policy", "shop__policy").get(pk=order.pk)
    by_type = {option.type: option for option in options(fresh, now=LATER)}
    assert by_type["exchange"].possible
    assert "Two repairs didn't fix it" in by_type["exchange"].sentence
    assert not by_type["return_refund"].possible
    desk.now = LATER
    ticket = desk.apply(order, "exchange", "quality")
    time_machine.move_to(LATER, tick=False)
    assert api("mei").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["after_failed_repairs"] is True
    client.force_login(desk.world.mei)
    page = client.get(reverse("admin:aftersales_ticket_change", args=[ticket.pk]), headers={"Accept-Language": "en"})
    assert "Repaired twice, and the fault is back within the warranty" in page.content.decode()
    assert "Agree on compensation" not in page.content.decode()
    client.force_login(desk.world.alice)
    page = client.get(f"/tickets/{ticket.ticket_no}/", headers={"Accept-Language": "en"})
    assert "Within the warranty, the shop replaces it" in page.content.decode()


def test_without_a_warranty_there_is_none(desk: Desk) -> None:
    desk.world.sku("TEE", warranty_days=0)
    order = desk.world.completed(lines=[("TEE", "99.00", 1)])
    repaired(desk, order)
    repaired(desk, order)
    assert reasons(desk, order, "exchange", "quality", at=LATER) == CLOSED
