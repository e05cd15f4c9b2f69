"""What a refund keeps back because of promotions: lost discounts (F-6), gifts, lost free shipping (D-4 art. 12, 18)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Policy
from aftersales import audit, services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.services.applying.quote import quote
from kernel.errors import AmountExceeded
from orders.models import Order
from orders.services import create
from tests.desk import Desk
from tests.world import NOW, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal
OFF_30 = [{"kind": "threshold", "code": "200-30", "threshold": D(200), "discount": D(30)}]
MUG = {"sku": "MUG", "title": "Mug", "unit_price": D("19.90"), "quantity": 1, "kind": "gift"}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def sold(desk: Desk, *lines: tuple[str, str, int], gifts: list[dict[str, Any]] | None = None, **more: Any) -> Order:
    """A completed order; by default 30.00 less from 200.00 on."""
    more = {"discount": "30.00", "promotions": OFF_30} | more
    data = desk.world.order_data(lines=list(lines), **more)
    return ship(desk, data | {"lines": [*data["lines"], *(gifts or [])]})


def ship(desk: Desk, data: dict[str, Any]) -> Order:
    order, _ = create(desk.world.lantern, data, actor=desk.integration, now=NOW)
    return desk.world.complete(desk.world.deliver(desk.world.ship(order)))


def recalculates(desk: Desk, **more: Any) -> None:
    desk.world.revise_policy(promotion_refund="recalculate", **more)


def asked(desk: Desk, order: Order, units: dict[str, int], reason: str = "wrong_choice", **more: Any) -> Application:
    by_sku = {line.sku.code: line.pk for line in order.lines.select_related("sku")}
    lines = tuple(LineRequest(by_sku[sku], count) for sku, count in units.items())
    return Application("return_refund", reason, lines, evidence=(desk.photo(),), **more)


def fresh(order: Order) -> Order:
    return Order.objects.select_related("policy", "shop__policy", "buyer").get(pk=order.pk)


def returned(desk: Desk, order: Order, units: dict[str, int], reason: str = "wrong_choice") -> Decimal:
    """From the application to the money; what was quoted, approved and paid is the same."""
    order = fresh(order)
    application = asked(desk, order, units, reason)
    promised = quote(order, application, actor=desk.buyer, now=NOW).total
    ticket = services.apply(order, application, actor=desk.buyer, now=NOW)
    assert ticket.requested_amount == promised
    ticket = desk.approve(ticket)
    assert ticket.approved_amount == promised
    ticket = desk.pay_out(desk.receive(desk.ship_back(ticket)))
    assert (ticket.status, ticket.refunded_amount) == ("completed", promised)
    books.check(order)
    assert list(audit.run()) == []
    return promised


# --- a broken threshold (F-6, D-4 art. 17) ------------------------------------------------------------------


def test_by_default_a_return_gets_its_share_of_what_was_paid(desk: Desk) -> None:
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1))
    assert [returned(desk, order, {sku: 1}) for sku in "AB"] == [D("85.00"), D("85.00")]


def test_recalculated_the_buyer_keeps_at_the_price_without_the_discount_and_the_rest_is_exactly_the_rest(
    desk: Desk,
) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1))
    assert returned(desk, order, {"A": 1}) == D("70.00")  # 170.00 paid, 100.00 kept
    order = fresh(order)
    assert (order.promotion_kept, order.promotion_open) == (D(15), D(0))
    assert returned(desk, order, {"B": 1}) == D("100.00")
    order = fresh(order)
    assert order.promotion_kept == 0
    assert order.payments.get().left == 0


def test_what_still_reaches_the_threshold_loses_nothing(desk: Desk) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 3))
    assert returned(desk, order, {"A": 1}) == D("90.00")  # exactly 200.00 are kept
    assert returned(desk, order, {"A": 1}) == D("80.00")  # 270.00 paid, 90.00 back, 100.00 kept: 170.00 in all
    assert returned(desk, order, {"A": 1}) == D("100.00")


def test_never_below_zero(desk: Desk) -> None:
    recalculates(desk)
    promotions = [{"kind": "threshold", "code": "110-30", "threshold": D(110), "discount": D(30)}]
    order = sold(desk, ("A", "100.00", 1), ("B", "20.00", 1), promotions=promotions)
    assert returned(desk, order, {"B": 1}) == 0  # 90.00 paid, 100.00 is the price of what is kept
    assert returned(desk, order, {"A": 1}) == D("90.00")


def test_one_more_return_never_lowers_what_another_got(desk: Desk) -> None:
    recalculates(desk)
    promotions = [{"kind": "threshold", "code": "100-30", "threshold": D(100), "discount": D(30)}]
    totals = []
    for first, second in (("A", "C"), ("C", "A")):
        order = sold(desk, ("A", "99.00", 1), ("B", "99.00", 1), ("C", "2.00", 1), promotions=promotions)
        totals.append([returned(desk, order, {first: 1}), returned(desk, order, {second: 1})])
        totals[-1].append(returned(desk, order, {"B": 1}))
    assert [sum(total[:2]) for total in totals] == [totals[0][0]] * 2
    assert [sum(total) for total in totals] == [170, 170]


def test_several_steps_are_lost_one_by_one(desk: Desk) -> None:
    recalculates(desk)
    steps = [
        {"kind": "threshold", "code": "100", "threshold": D(100), "discount": D(10)},
        {"kind": "threshold", "code": "200", "threshold": D(200), "discount": D(20)},
    ]
    order = sold(desk, ("A", "60.00", 4), promotions=steps)  # 240.00 less 30.00
    # 180.00 are kept: 20.00 are lost, 10.00 stay. Then 60.00 are kept, and all is lost.
    assert returned(desk, order, {"A": 1}) == D("37.50")
    assert returned(desk, order, {"A": 2}) == D("112.50")
    assert returned(desk, order, {"A": 1}) == D("60.00")


@pytest.mark.parametrize("reason", ["quality", "damaged"])
def test_the_fault_of_others_costs_the_buyer_no_discount(desk: Desk, reason: str) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), ("C", "20.00", 1))
    assert returned(desk, order, {"A": 1}, reason) == D("86.36")
    # The faulty one counts for the threshold as if it were kept: 120.00 + 100.00, of which 100.00 + 20.00 are kept.
    assert returned(desk, order, {"C": 1}) == D("17.27")
    assert returned(desk, order, {"B": 1}) == D("86.37")


def test_a_faulty_thing_is_worth_what_the_buyer_really_paid_for_it_in_the_end(desk: Desk) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1))
    assert returned(desk, order, {"A": 1}) == D("70.00")
    assert returned(desk, order, {"B": 1}, "quality") == D("100.00")


def test_two_tickets_at_once_lose_what_they_break_together(desk: Desk) -> None:
    recalculates(desk)
    promotions = [{"kind": "threshold", "code": "150-30", "threshold": D(150), "discount": D(30)}]
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), ("C", "100.00", 1), promotions=promotions)
    first = services.apply(order, asked(desk, order, {"A": 1}), actor=desk.buyer, now=NOW)
    second = services.apply(order, asked(desk, order, {"B": 1}), actor=desk.buyer, now=NOW)
    assert [first.requested_amount, second.requested_amount] == [90, 80]
    for ticket in (second, first):
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket), tracking_no=f"SF{ticket.pk}")))
    assert sum(t.refunded_amount for t in Ticket.objects.all()) == 170
    books.check(order)


def test_what_another_ticket_was_to_break_is_not_lost_once_that_is_rejected(desk: Desk) -> None:
    recalculates(desk)
    promotions = [{"kind": "threshold", "code": "150-30", "threshold": D(150), "discount": D(30)}]
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), ("C", "100.00", 1), promotions=promotions)
    first = services.apply(order, asked(desk, order, {"A": 1}), actor=desk.buyer, now=NOW)
    second = services.apply(order, asked(desk, order, {"B": 1}), actor=desk.buyer, now=NOW)
    services.reject(first, reason="worn", actor=desk.merchant, now=NOW)
    assert services.approvable(second).requested == 90
    assert desk.approve(second).approved_amount == 90


def test_missing_units_are_kept_units(desk: Desk) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 2))
    ticket = desk.ship_back(desk.approve(desk.apply(order, reason="wrong_choice")))
    assert ticket.approved_amount == 170
    one = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
    ticket = desk.pay_out(desk.receive(ticket, one))
    assert (ticket.discount_lost, ticket.refunded_amount) == (15, 70)
    books.check(order)


def test_the_shop_may_waive_it_and_nobody_charges_it_later(desk: Desk) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1))
    ticket = services.apply(order, asked(desk, order, {"A": 1}), actor=desk.buyer, now=NOW)
    terms = services.approvable(ticket)
    assert (terms.requested, terms.ceiling) == (D(70), D(85))
    with pytest.raises(AmountExceeded):
        desk.approve(ticket, refund_amount=D("85.01"))
    ticket = desk.approve(ticket, refund_amount=D("80.00"))
    assert (ticket.approved_amount, ticket.promotion_waived) == (80, 10)
    assert desk.pay_out(desk.receive(desk.ship_back(ticket))).refunded_amount == 80
    books.check(order)
    assert returned(desk, order, {"B": 1}) == 90


def test_each_payment_pays_its_share_of_what_is_left(desk: Desk) -> None:
    recalculates(desk)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), payments=[("P1", "100.00"), ("P2", "70.00")])
    assert returned(desk, order, {"A": 1}) == 70
    assert returned(desk, order, {"B": 1}) == 100
    assert [payment.left for payment in order.payments.all()] == [0, 0]


def test_whole_yen(desk: Desk) -> None:
    recalculates(desk)
    promotions = [{"kind": "threshold", "code": "2-1", "threshold": D(200), "discount": D(31)}]
    data = desk.world.order_data(lines=[("A", "100", 1), ("B", "101", 1)], discount="31", promotions=promotions)
    order = ship(desk, data | {"currency": "JPY"})
    assert returned(desk, order, {"A": 1}) == 170 - 101
    assert returned(desk, order, {"B": 1}) == 101


def test_an_exchange_that_cannot_be_sent_costs_no_discount(desk: Desk) -> None:
    recalculates(desk)
    desk.world.sku("A", price="100.00", on_hand=5)
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1))
    line = order.lines.get(sku__code="A")
    application = Application("exchange", "wrong_choice", (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = desk.receive(desk.ship_back(desk.approve(services.apply(order, application, actor=desk.buyer, now=NOW))))
    ticket = services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW)
    assert (desk.pay_out(ticket).refunded_amount, ticket.promotion_waived) == (85, 15)
    books.check(order)
    assert returned(desk, order, {"B": 1}) == 85


# --- gifts (D-4 art. 12) ------------------------------------------------------------------------------------


def test_a_gift_goes_back_with_its_goods_or_is_paid_for(desk: Desk) -> None:
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), gifts=[MUG | {"gift_of": 1}])
    assert [str(line.paid_amount) for line in desk.world.lines(order)] == ["85.00", "85.00", "0.00"]
    assert returned(desk, order, {"B": 1}) == 85  # the mug came with A
    assert returned(desk, order, {"A": 1}) == D("65.10")
    order = fresh(order)
    assert (order.promotion_kept, order.payments.get().left) == (D("19.90"), D("19.90"))
    assert returned(desk, order, {"MUG": 1}) == D("19.90")
    assert order.payments.get().left == 0


def test_with_its_goods_it_costs_nothing(desk: Desk) -> None:
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), gifts=[MUG | {"gift_of": 1}])
    assert returned(desk, order, {"A": 1, "MUG": 1}) == 85


def test_a_gift_of_the_whole_order_is_asked_back_with_the_last_of_it(desk: Desk) -> None:
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), gifts=[MUG])
    assert [returned(desk, order, {sku: 1}) for sku in "AB"] == [85, D("65.10")]


def test_the_fault_of_the_shop_is_not_the_buyers_problem(desk: Desk) -> None:
    order = sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), gifts=[MUG | {"gift_of": 1}])
    assert returned(desk, order, {"A": 1}, "quality") == 85


def test_a_gift_that_was_announced_and_is_missing_is_paid_for(desk: Desk) -> None:
    order = sold(desk, ("A", "200.00", 1), gifts=[MUG])
    ticket = services.apply(order, asked(desk, order, {"A": 1, "MUG": 1}), actor=desk.buyer, now=NOW)
    ticket = desk.ship_back(desk.approve(ticket))
    shirt = [{"line_id": order.lines.get(sku__code="A").pk, "quantity": 1, "condition": "as_new"}]
    ticket = desk.pay_out(desk.receive(ticket, shirt))
    assert (ticket.gift_kept, ticket.refunded_amount) == (D("19.90"), D("150.10"))
    books.check(order)


def test_a_gift_that_never_left_is_never_paid_for_and_the_order_closes(desk: Desk) -> None:
    data = desk.world.order_data(lines=[("A", "200.00", 1)], discount="30.00", promotions=OFF_30, freight="8.00")
    order, _ = create(desk.world.lantern, data | {"lines": [*data["lines"], MUG]}, actor=desk.integration, now=NOW)
    line = order.lines.get(kind="goods")
    reasons = [row.code for row in services.choices(order, now=NOW).reasons["refund_only"] if row.fault == "buyer"]
    ask = Application("refund_only", reasons[0], (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = desk.pay_out(services.apply(order, ask, actor=desk.buyer, now=NOW))
    assert ticket.refunded_amount == 178
    assert Order.objects.get(pk=order.pk).status == "closed"


# --- lost free shipping (D-4 art. 18) -----------------------------------------------------------------------

FREE = [{"kind": "free_shipping", "code": "from-150", "threshold": D(150), "freight": D(8)}]


def free_shipped(desk: Desk) -> Order:
    return sold(desk, ("A", "100.00", 1), ("B", "100.00", 1), discount="0.00", promotions=FREE)


def test_lost_free_shipping_is_deducted_only_where_the_shop_says_so(desk: Desk) -> None:
    assert returned(desk, free_shipped(desk), {"A": 1}) == 100
    desk.world.revise_policy(free_shipping_deducted=True)
    order = free_shipped(desk)
    assert returned(desk, order, {"A": 1}) == 92
    assert returned(desk, order, {"B": 1}) == 108  # nothing is kept: nothing was shipped in vain


def test_never_for_the_fault_of_others(desk: Desk) -> None:
    desk.world.revise_policy(free_shipping_deducted=True)
    assert returned(desk, free_shipped(desk), {"A": 1}, "quality") == 100


# --- the database -------------------------------------------------------------------------------------------


def test_the_database_keeps_nothing_from_a_buyer_for_what_others_did(desk: Desk) -> None:
    ticket = desk.apply(sold(desk, ("A", "200.00", 1)), reason="quality")
    for column in ("discount_lost", "gift_kept", "free_shipping_lost"):
        with pytest.raises(IntegrityError, match="ticket_fault_loses_nothing"), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**{column: 1})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"promotion_refund": "never"}, "policy_promotion_refund"),
        ({"coupon_days": 6}, "policy_coupon_days_bounds"),
        ({"coupon_days": 366}, "policy_coupon_days_bounds"),
    ],
)
def test_a_policy_keeps_to_its_bounds(desk: Desk, values: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Policy.objects.create(shop=desk.world.lantern, **values)
