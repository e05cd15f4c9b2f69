"""What went wrong in other systems (traps: money, state and races, goods), one by one. Where another test holds a
trap, its row says which."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Policy
from aftersales import services
from aftersales.models import Ticket, TicketLine
from kernel.errors import IllegalTransition, Invalid, NotEligible
from kernel.jobs import job
from logistics.models import Parcel
from orders import services as orders
from orders.models import Order, OrderLine, Reservation
from refunds import services as refunds
from refunds.models import Refund, SandboxRefund
from tests.desk import Desk
from tests.world import DAY, NOW, World

from ..rules.application import Application, LineRequest
from . import books

pytestmark = pytest.mark.django_db
D = Decimal

# Held elsewhere:
#   a new number per attempt, a failed refund tried again ........ refunds/tests/test_retry.py, test_exactly_once.py
#   gateway called inside a transaction ........................... refunds/tests/test_send.py
#   cap per request; two parallel 60s on 100; duplicate requests .. tests/test_races.py
#   announced 3, received 2 ....................................... test_journeys.test_missing_units_are_not_refunded
#   half cents, discounts of refunded lines, two payments ......... test_amounts.py, test_money_properties.py
#   amount 0 ...................................................... test_amounts.test_nothing_at_all_settles_at_once…
#   coupons after a partial refund ................................ test_amounts_in_kind.py
#   status written unconditionally ................................ test_machine.py, tests/test_house.py
#   second service after an exchange .............................. test_amounts_in_kind.test_units_that_were_exchanged…
#   timers that nobody reads, poison rows ......................... test_clocks.py, test_order_clocks.py


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


# --- money --------------------------------------------------------------------------------------------------


def test_a_case_is_complete_only_when_the_money_is_back(desk: Desk) -> None:
    order = desk.world.place_order(payments=[("FAIL-1", "198.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("pending_refund", ["refund_failed"], 0)
    assert order.payments.get().refunded == 0
    books.check(order)


def test_one_of_two_tenders_failed(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("TEE", "10.00", 1)], payments=[("P", "4.00"), ("FAIL-P", "6.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert ticket.status == "pending_refund"
    failed = ticket.refunds.get(status="failed")
    for who in (desk.merchant, desk.world.actor("song")):
        refunds.settle_by_hand(failed, proof="BANK-1", actor=who, now=NOW)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.refunded_amount, ticket.alerts) == ("completed", 10, [])
    books.check(order)


def test_the_alert_stays_while_another_refund_still_lies(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("TEE", "10.00", 1)], payments=[("FAIL-A", "4.00"), ("FAIL-B", "6.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    for who in (desk.merchant, desk.world.actor("song")):
        refunds.settle_by_hand(ticket.refunds.order_by("id")[0], proof="BANK-1", actor=who, now=NOW)
    assert Ticket.objects.get(pk=ticket.pk).alerts == ["refund_failed"]


def test_the_client_never_says_the_amount(desk: Desk) -> None:
    """macrozheng/mall #998: a claim of 0.01 for whole units is no way to buy; only compensation takes a sum."""
    order = desk.world.delivered(lines=[("TEE", "10.00", 1)])
    with pytest.raises(Invalid):
        desk.apply(order, "return_refund", "other", claimed_amount=D("0.01"))
    assert desk.apply(order).requested_amount == 10


def test_todays_policy_does_not_judge_an_old_sale(desk: Desk) -> None:
    """ERPNext #41893."""
    order = desk.world.completed()
    desk.world.lantern.policy = Policy.objects.create(shop=desk.world.lantern, window_days=7, review_hours=1)
    desk.world.lantern.save()
    desk.now = NOW + 10 * DAY
    assert desk.apply(Order.objects.get(pk=order.pk)).due_at == NOW + 12 * DAY


def test_several_partial_refunds_of_one_order(desk: Desk) -> None:
    """vendure #868, yudao: the second one is as good as the first, and each has its own number."""
    order = desk.world.place_order(lines=[("A", "10.00", 2), ("B", "20.00", 1)])
    lines = desk.world.lines(order)
    for line in (lines[0], lines[1], lines[0]):
        wanted = Application("refund_only", "dont_want", (LineRequest(line.pk, 1),))
        desk.pay_out(services.apply(order, wanted, actor=desk.buyer, now=NOW))
    assert Refund.objects.values_list("refund_no").distinct().count() == 3
    assert sum(row.amount for row in SandboxRefund.objects.all()) == 40


def test_a_unit_is_counted_once_when_its_money_goes_two_ways(desk: Desk) -> None:
    """vendure #4135."""
    order = desk.world.completed(lines=[("TEE", "10.00", 2)], payments=[("A", "5.00"), ("B", "15.00")])
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(order, quantity=1)))))
    assert (ticket.refunds.count(), OrderLine.objects.get().refunded_quantity) == (2, 1)


# --- state and races ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "completed"])
def test_no_tracking_number_for_a_case_that_is_over(desk: Desk, end: str) -> None:
    """CRMEB."""
    ticket = desk.apply(desk.world.completed())
    if end == "rejected":
        services.reject(ticket, reason="No", actor=desk.merchant, now=NOW)
    elif end == "withdrawn":
        services.withdraw(ticket, actor=desk.buyer, now=NOW)
    else:
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    before = Parcel.objects.count()
    with pytest.raises(IllegalTransition):
        desk.ship_back(ticket)
    assert Parcel.objects.count() == before


def test_an_order_is_not_cancelled_because_somebody_applied(desk: Desk) -> None:
    """lilishop: applied units were counted as refunded."""
    order = desk.world.delivered()
    desk.receive(desk.ship_back(desk.approve(desk.apply(order))))
    assert Order.objects.get(pk=order.pk).status == "shipped"


ENDS = ["withdraw", "reject", "close", "refuse", "convert"]


@pytest.mark.parametrize("end", ENDS)
def test_reserved_goods_are_free_again_however_the_exchange_ends(desk: Desk, end: str) -> None:
    """JavaShop: taken at approval, never given back."""
    desk.world.sku("TEE", on_hand=2)
    ticket = desk.apply(desk.world.delivered(), "exchange", "quality")
    assert desk.stock("TEE") == (2, 2)
    by: dict[str, Any] = {"actor": desk.merchant, "now": NOW}
    if end == "withdraw":
        services.withdraw(ticket, actor=desk.buyer, now=NOW)
    elif end == "reject":
        services.reject(ticket, reason="No", **by)
    elif end == "close":
        services.close(desk.approve(ticket), now=NOW)
    elif end == "refuse":
        services.refuse_goods(desk.ship_back(desk.approve(ticket)), reason="Worn", **by)
    else:
        services.convert(desk.approve(ticket), to="return_refund", **by)
    assert desk.stock("TEE") == (2, 0)


def test_what_an_ended_ticket_still_held_is_swept(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=2)
    ticket = desk.apply(desk.world.delivered(), "exchange", "quality")
    living = orders.stock.reserve(desk.world.sku("TEE2", on_hand=1), 1, holder="nobody", now=NOW)
    assert job("release_reservations").run(NOW, True).done == 1
    assert job("release_reservations").run(NOW, False).done == 1
    assert job("release_reservations").run(NOW, False).done == 0
    living.refresh_from_db()
    assert (living.state, Reservation.objects.get(holder=ticket.ticket_no).state) == ("released", "reserved")


def test_no_replacement_before_the_goods_are_back_unless_somebody_says_why(desk: Desk) -> None:
    """JavaShop; S-090, S-091."""
    desk.world.sku("TEE", on_hand=2)
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange", "quality")))
    with pytest.raises(IllegalTransition):
        desk.reship(ticket)
    with pytest.raises(Invalid):
        desk.reship(ticket, advance=True)
    ahead = desk.reship(ticket, advance=True, note="The buyer travels tomorrow")
    assert (ahead.status, ahead.advance_exchange) == ("reshipped", True)
    assert desk.receive(ahead).received_at == NOW  # the old goods are counted all the same
    assert desk.stock("TEE") == (2, 0)


def test_goods_that_shipped_while_the_refund_waited(desk: Desk) -> None:
    """B-01: an approval of units that have left is not a cancellation of them."""
    order = orders.pack(desk.world.place_order(lines=[("TEE", "10.00", 2)]), actor=desk.integration, now=NOW)
    shipped: dict[str, Any] = {"ground": "already_shipped", "courier": "sf", "tracking_no": "SF7"}
    ticket = desk.apply(order, "refund_only", "dont_want")
    ticket = services.reject(ticket, reason="Gone", **shipped, actor=desk.merchant, now=NOW)
    desk.pay_out(desk.approve(ticket))
    line = OrderLine.objects.get()
    assert (line.shipped_quantity, line.cancelled_quantity, line.refunded_quantity) == (2, 0, 2)
    books.check(order)


# --- goods --------------------------------------------------------------------------------------------------


def test_a_refund_without_return_puts_nothing_on_the_shelf(desk: Desk) -> None:
    """yudao."""
    ticket = desk.pay_out(desk.approve(desk.apply(desk.world.shipped(), "refund_only", "not_received")))
    assert (ticket.status, desk.stock("TEE")) == ("completed", (0, 0))


def test_only_good_units_go_on_the_shelf(desk: Desk) -> None:
    """lilishop, CRMEB: none did. Damaged and wrong ones do not, resellable ones go to the marked stock, and all of
    them are refunded."""
    order = desk.world.completed(lines=[("TEE", "10.00", 5)])
    line = order.lines.get()
    found = [("as_new", 1), ("resellable", 1), ("damaged", 1), ("wrong", 1), ("missing", 1)]
    units = [{"line_id": line.pk, "condition": condition, "quantity": n} for condition, n in found]
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(order))), units))
    assert (desk.stock("TEE"), ticket.refunded_amount) == ((1, 0), 40)
    assert sorted(TicketLine.objects.get().inspections.values_list("condition", flat=True)) == sorted(
        c for c, _ in found
    )


def test_repaired_goods_are_the_buyers(desk: Desk) -> None:
    desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "repair", "fault"))))
    assert desk.stock("TEE") == (0, 0)


def test_more_than_was_announced_is_not_received(desk: Desk) -> None:
    """JavaShop compared two numbers of the client's."""
    order = desk.world.delivered(lines=[("TEE", "10.00", 3)])
    line = order.lines.get()
    ticket = desk.ship_back(desk.approve(desk.apply(order, quantity=2)))
    for found in ([2, 1], [3]):
        units = [
            {"line_id": line.pk, "condition": c, "quantity": n}
            for c, n in zip(("as_new", "damaged"), found, strict=False)
        ]
        with pytest.raises(NotEligible):
            desk.receive(ticket, units)
    with pytest.raises(Invalid):
        desk.receive(ticket, [{"line_id": 0, "condition": "as_new", "quantity": 1}])
    assert desk.stock("TEE") == (0, 0)


def test_one_sku_on_two_lines(desk: Desk) -> None:
    """lilishop: the gift and the bought one were mixed up."""
    order = desk.world.place_order(lines=[("TEE", "10.00", 1), ("TEE", "0.00", 1)])
    bought, gift = desk.world.lines(order)
    wanted = Application("refund_only", "dont_want", (LineRequest(bought.pk, 1),))
    assert desk.pay_out(services.apply(order, wanted, actor=desk.buyer, now=NOW)).refunded_amount == 10
    gift.refresh_from_db()
    assert gift.refunded_quantity == 0
