"""What is paid: fees, lower amounts and deductions with consent, freight by B-04, and the worked numbers of other
systems' tests where their arithmetic is ours (A.., B.., D..)."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.errors import AmountExceeded, Forbidden, NeedsConfirmation, NotEligible
from kernel.money import split
from orders import services as orders
from orders.models import Order, OrderLine
from refunds.models import Refund
from tests.desk import Desk
from tests.world import NOW, World

from ..rules.application import Application, LineRequest
from . import books

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    world.revise_policy(consent="note")  # what is tested here is the amounts, not whose yes they need
    return Desk(world)


def returned(desk: Desk, order: Order, *, quantity: int | None = None, reason: str = "other", **more: Any) -> Ticket:
    """A return from application to money."""
    ticket = desk.receive(
        desk.ship_back(desk.approve(desk.apply(order, "return_refund", reason, quantity=quantity))), **more
    )
    return desk.pay_out(ticket)


def units(
    desk: Desk, order: Order, *wanted: tuple[int, int], type_: str = "refund_only", reason: str = "dont_want"
) -> Ticket:
    """(position of the line, units)"""
    lines = {line.position: line.pk for line in order.lines.all()}
    requested_lines = tuple(LineRequest(lines[position], quantity) for position, quantity in wanted)
    return services.apply(
        order, Application(type_, reason, requested_lines, evidence=(desk.photo(),)), actor=desk.buyer, now=NOW
    )


# --- worked numbers -----------------------------------------------------------------------------------------

UNIT_BY_UNIT = [
    ("A01", "33.68", 3, "1.89", ["33.05", "33.05", "33.05"]),
    ("A04", "10.00", 2, "2.00", ["9.00", "9.00"]),
    ("A11", "100.00", 3, "10.00", ["96.67", "96.66", "96.67"]),
    ("A17", "0.84", 2, "0.01", ["0.84", "0.83"]),
    ("A18", "10.00", 4, "0.00", ["10.00"] * 4),
    ("A24", "110.00", 2, "22.00", ["99.00", "99.00"]),
    ("B10", "12.30", 8, "0.00", ["12.30"] * 8),
    ("three of 0.01", "0.01", 3, "0.02", ["0.00", "0.01", "0.00"]),
]


@pytest.mark.parametrize(
    ("name", "price", "quantity", "discount", "shares"), UNIT_BY_UNIT, ids=[u[0] for u in UNIT_BY_UNIT]
)
def test_unit_by_unit(desk: Desk, name: str, price: str, quantity: int, discount: str, shares: list[str]) -> None:
    order = desk.world.completed(lines=[("TEE", price, quantity)], discount=discount)
    assert [str(returned(desk, order, quantity=1).refunded_amount) for _ in range(quantity)] == shares
    payment = order.payments.get()
    assert payment.refunded == payment.captured
    books.check(order)


def test_a03_shares_of_399_over_4() -> None:
    assert [str(share) for share in split(D("3.99"), [1] * 4, D("0.01"))] == ["1.00", "1.00", "0.99", "1.00"]


def test_a28_two_lines_never_pay_more_than_their_payment_holds(desk: Desk) -> None:
    """Not 0.52 + 0.52 of 1.03."""
    order = desk.world.place_order(lines=[("A", "0.60", 1), ("B", "0.60", 1)], discount="0.17")
    amounts = [desk.pay_out(units(desk, order, (at, 1))).refunded_amount for at in (1, 2)]
    assert amounts == [D("0.51"), D("0.52")]


def test_b07_b08_one_of_each_then_the_rest_with_freight(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("A", "10.00", 2), ("B", "100.00", 3)], freight="10.00")
    assert desk.pay_out(units(desk, order, (1, 1), (2, 1))).refunded_amount == D("110.00")
    assert desk.pay_out(units(desk, order, (1, 1), (2, 2))).refunded_amount == D("220.00")  # 210 and the freight
    assert Order.objects.get(pk=order.pk).status == "closed"


def test_b15_b16_b17_units_once(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "12.30", 2)])
    with pytest.raises(NotEligible):
        desk.apply(order, "return_refund", "other", quantity=100)
    assert [returned(desk, order, quantity=1).refunded_amount for _ in range(2)] == [D("12.30")] * 2
    with pytest.raises(NotEligible):
        desk.apply(order, "return_refund", "other", quantity=1)


def test_d14_two_payments_take_their_shares(desk: Desk) -> None:
    """F-8: by what each has left, whatever came before; the last refund takes exactly the rest."""
    order = desk.world.completed(lines=[("A", "12.49", 3)], payments=[("P1", "10.00"), ("P2", "27.47")])
    paid = [[str(r.amount) for r in returned(desk, order, quantity=1).refunds.order_by("id")] for _ in range(3)]
    assert paid == [["3.33", "9.16"], ["3.34", "9.15"], ["3.33", "9.16"]]
    assert [payment.left for payment in order.payments.all()] == [0, 0]


# --- freight (B-04, F-4) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order_of", list(permutations([1, 2, 3])))
def test_unshipped_lines_one_by_one_take_the_freight_with_the_last(desk: Desk, order_of: tuple[int, ...]) -> None:
    order = desk.world.place_order(lines=[("A", "5.00", 1), ("B", "7.00", 2), ("C", "9.00", 1)], freight="8.00")
    worth = {1: D(5), 2: D(14), 3: D(9)}
    paid = [desk.pay_out(units(desk, order, (at, 2 if at == 2 else 1))).refunded_amount for at in order_of]
    assert paid == [worth[at] + (8 if at == order_of[-1] else 0) for at in order_of]
    assert (order.payments.get().left, Order.objects.get(pk=order.pk).status) == (D(0), "closed")


@pytest.mark.parametrize("first", [0, 1])
def test_two_packed_refunds_approved_in_either_order(desk: Desk, first: int) -> None:
    """Neither is quoted the freight, because neither alone leaves nothing to ship; whoever comes second brings it."""
    order = orders.pack(
        desk.world.place_order(lines=[("A", "5.00", 1), ("B", "7.00", 1)], freight="8.00"),
        actor=desk.integration,
        now=NOW,
    )
    tickets = [units(desk, order, (1, 1)), units(desk, order, (2, 1))]
    assert [t.freight_amount for t in tickets] == [0, 0]
    early, late = tickets[first], tickets[1 - first]
    assert desk.approve(early).freight_amount == 0
    assert desk.approve(late).freight_amount == 8
    desk.send_refunds()
    assert order.payments.get().left == 0
    books.check(order)


@pytest.mark.parametrize(
    ("reason", "freight"),
    [("other", "0.00"), ("wrong_choice", "0.00"), ("quality", "8.00"), ("wrong_item", "8.00"), ("damaged", "8.00")]
)  # fmt: skip
def test_everything_comes_back(desk: Desk, reason: str, freight: str) -> None:
    order = desk.world.completed(lines=[("A", "5.00", 2)], freight="8.00")
    ticket = returned(desk, order, reason=reason)
    assert ticket.freight_amount == D(freight)
    assert ticket.refunded_amount == 10 + D(freight)


def test_a_part_comes_back_and_then_the_rest(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "5.00", 2)], freight="8.00")
    assert [returned(desk, order, quantity=1, reason="quality").refunded_amount for _ in range(2)] == [5, 13]


@pytest.mark.parametrize(("reason", "total"), [("not_received", "18.00"), ("late", "18.00"), ("dont_want", "10.00")])
def test_a_parcel_that_never_arrived(desk: Desk, reason: str, total: str) -> None:
    ticket = desk.pay_out(
        desk.approve(desk.apply(desk.world.shipped(lines=[("A", "5.00", 2)], freight="8.00"), "refund_only", reason))
    )
    assert ticket.refunded_amount == D(total)


def test_missing_units_keep_the_freight(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "5.00", 2)], freight="8.00")
    one = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "damaged"}]
    ticket = desk.apply(order, "return_refund", "quality")
    assert ticket.requested_amount == 18
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket)), one))
    assert (ticket.refunded_amount, ticket.freight_amount) == (5, 0)
    assert returned(desk, order, quantity=1, reason="quality").refunded_amount == 13  # the other one turned up
    books.check(order)


def test_missing_units_keep_the_freight_after_a_fee_too(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "5.00", 2)], freight="8.00")
    ticket = desk.apply(order, "return_refund", "quality")
    ticket = desk.approve(ticket, service_fee=D("1.00"), service_fee_consent=True, note="chat")
    one = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "damaged"}]
    assert desk.pay_out(desk.receive(desk.ship_back(ticket), one)).refunded_amount == D("4.50")


def test_goods_under_way_do_not_count_as_back(desk: Desk) -> None:
    order = desk.world.completed(lines=[("A", "5.00", 2)], freight="8.00")
    first, second = (desk.ship_back(desk.approve(desk.apply(order, quantity=1))) for _ in range(2))
    assert desk.receive(first).freight_amount == 0
    nothing = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "missing"}]
    assert desk.receive(second, nothing).refunded_amount == 0
    desk.send_refunds()
    assert Order.objects.get(pk=order.pk).freight_refunded == 0


# --- the merchant's decision --------------------------------------------------------------------------------


@pytest.fixture
def asked(desk: Desk) -> Ticket:
    """100.00 for two lines, and 8.00 freight with it: the merchant's fault."""
    order = desk.world.shipped(lines=[("A", "33.33", 1), ("B", "66.67", 1)], freight="8.00")
    return desk.apply(order, "refund_only", "late")


def test_a_service_fee_needs_the_buyers_yes_and_a_note_of_it(desk: Desk, asked: Ticket) -> None:
    """S-056, F-11."""
    for more in ({}, {"service_fee_consent": True}, {"note": "chat"}, {"service_fee_consent": True, "note": " "}):
        with pytest.raises(NeedsConfirmation):
            desk.approve(asked, service_fee=D("3.00"), **more)
    ticket = desk.approve(asked, service_fee=D("3.00"), service_fee_consent=True, note="chat")
    assert (ticket.approved_amount, ticket.freight_amount, ticket.requested_amount) == (105, 8, 108)
    assert [str(item.refund_amount) for item in ticket.lines.all()] == ["32.33", "64.67"]
    assert desk.pay_out(ticket).refunded_amount == 105
    books.check(asked.order)


def test_less_than_requested_needs_the_buyers_yes_too(desk: Desk, asked: Ticket) -> None:
    with pytest.raises(NeedsConfirmation):
        desk.approve(asked, refund_amount=D("107.99"))
    with pytest.raises(NeedsConfirmation):
        desk.approve(asked, refund_amount=D("50.00"), service_fee_consent=True, note="the wrong box")
    assert desk.approve(asked, refund_amount=D("50.00"), refund_amount_consent=True, note="chat").approved_amount == 50


def test_never_more_than_the_lines_allow(desk: Desk, asked: Ticket) -> None:
    for decision in ({"refund_amount": D("108.01")}, {"refund_amount": D("5.00"), "service_fee": D("5.01")}):
        with pytest.raises(AmountExceeded):
            desk.approve(asked, refund_amount_consent=True, service_fee_consent=True, note="chat", **decision)


def test_nothing_at_all_is_no_amount_to_agree_on(desk: Desk, asked: Ticket) -> None:
    """B-13: a note never takes everything."""
    for less in ({"refund_amount": D(0)}, {"refund_amount": D("5.00"), "service_fee": D("5.00")}):
        with pytest.raises(AmountExceeded):
            desk.approve(asked, **less, refund_amount_consent=True, service_fee_consent=True, note="they keep it")
    assert Ticket.objects.get(pk=asked.pk).status == "pending_review"


def test_nothing_worth_anything_settles_at_once_without_a_call(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "10.00", 1), ("GIFT", "0.00", 1)])
    ticket = desk.approve(units(desk, order, (2, 1)))
    assert (ticket.status, ticket.refunded_amount, Refund.objects.count()) == ("completed", 0, 0)
    assert ticket.history().latest("sequence").actor_kind == "rule"
    books.check(order)


def test_a_gift_is_refunded_as_nothing_at_once(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("A", "10.00", 1), ("GIFT", "0.00", 1)])
    ticket = units(desk, order, (2, 1))
    assert (ticket.status, str(ticket.refunded_amount), ticket.refunds.count()) == ("completed", "0.00", 0)


def test_an_agent_pays_out_up_to_their_limit_through_every_door(desk: Desk) -> None:
    """S-044, S-161: wen may give 200.00."""
    order = desk.world.delivered(lines=[("A", "200.01", 1), ("B", "200.00", 1)])
    over, within = (units(desk, order, (at, 1), type_="return_refund", reason="other") for at in (1, 2))
    by: dict[str, Any] = {"actor": desk.agent, "now": NOW}
    with pytest.raises(Forbidden):
        services.approve(over, **by)
    assert services.approve(within, **by).status == "pending_return"
    back = [{"line_id": over.lines.get().line_id, "quantity": 1, "condition": "as_new"}]
    over = desk.ship_back(desk.approve(over))
    with pytest.raises(Forbidden):
        services.receive(over, units=back, **by)


def test_a_deduction_at_inspection_needs_the_buyers_yes(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("A", "30.00", 2)])
    ticket = desk.ship_back(desk.approve(desk.apply(order)))
    for more in ({}, {"deduction_consent": True}, {"note": "chat"}):
        with pytest.raises(NeedsConfirmation):
            desk.receive(ticket, deduction=D("5.00"), **more)
    with pytest.raises(AmountExceeded):
        desk.receive(ticket, deduction=D("60.01"), deduction_consent=True, note="chat")
    with pytest.raises(AmountExceeded):  # B-13: never down to zero
        desk.receive(ticket, deduction=D("60.00"), deduction_consent=True, note="chat")
    ticket = desk.pay_out(desk.receive(ticket, deduction=D("5.00"), deduction_consent=True, note="chat"))
    assert (ticket.refunded_amount, ticket.deduction) == (55, 5)
    assert OrderLine.objects.get().refunded_quantity == 2


def test_approved_after_all_when_the_units_became_others(desk: Desk) -> None:
    """Two units of 1.67 are worth 0.84 and 0.83 in the order in which they are taken."""
    order = desk.world.delivered(lines=[("A", "0.84", 2)], discount="0.01")
    first = services.reject(desk.apply(order, quantity=1), reason="No", actor=desk.merchant, now=NOW)
    second = desk.apply(order, quantity=1)
    assert [first.requested_amount, second.requested_amount] == [D("0.84"), D("0.84")]
    assert desk.approve(first).approved_amount == D("0.83")
    books.check(order)
