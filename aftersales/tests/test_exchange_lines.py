"""B-15: what the buyer holds after an exchange is an order line of its own, and everything later is about that line."""

from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.audit import run
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from kernel.errors import NotEligible
from orders.models import Order, OrderLine
from tests.desk import Desk
from tests.world import DAY, NOW, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    """Variants of one shirt at 99.00, 100.00, 130.00, 150.00 and 159.00, enough of each."""
    for code, price in (("S", "99.00"), ("M", "100.00"), ("L", "130.00"), ("XL", "150.00"), ("XXL", "159.00")):
        world.sku(code, price=price, product="shirt", on_hand=20)
    return Desk(world)


def bought(desk: Desk, sku: str = "M", price: str = "100.00", units: int = 1, **more: Any) -> Order:
    return desk.world.completed(lines=[(sku, price, units)], **more)


def held(order: Order) -> OrderLine:
    """The line that was made last."""
    return order.lines.order_by("-position")[0]


def application(desk: Desk, line: OrderLine, type_: str, reason: str, units: int = 1, sku: str = "") -> Application:
    return Application(type_, reason, (LineRequest(line.pk, units, sku),), evidence=(desk.photo(),))


def apply(desk: Desk, line: OrderLine, type_: str, reason: str, units: int = 1, sku: str = "") -> Ticket:
    return services.apply(line.order, application(desk, line, type_, reason, units, sku), actor=desk.buyer, now=NOW)


def sent(
    desk: Desk, line: OrderLine, sku: str, units: int = 1, arrived: int | None = None, reason: str = "wrong_choice"
) -> Ticket:
    """An exchange whose replacement is on its way, the difference paid; `arrived` of its units came back."""
    ticket = desk.approve(apply(desk, line, "exchange", reason, units, sku))
    if ticket.price_difference > 0:
        ticket = desk.pay_difference(ticket, str(ticket.price_difference))
    came = [{"line_id": line.pk, "quantity": units if arrived is None else arrived, "condition": "as_new"}]
    return desk.reship(desk.receive(desk.ship_back(ticket), came))


def exchange(desk: Desk, line: OrderLine, sku: str, units: int = 1, **more: Any) -> OrderLine:
    """The line of the replacement."""
    services.confirm_replacement(sent(desk, line, sku, units, **more), actor=desk.buyer, now=NOW)
    desk.send_refunds()
    clean(line.order)
    return held(line.order)


def give_back(desk: Desk, line: OrderLine, units: int = 1) -> Ticket:
    ticket = desk.approve(apply(desk, line, "return_refund", "quality", units))
    came = [{"line_id": line.pk, "quantity": units, "condition": "as_new"}]
    ticket = desk.pay_out(desk.receive(desk.ship_back(ticket), came))
    clean(line.order)
    return ticket


def clean(order: Order) -> None:
    books.check(order)
    assert [str(difference) for difference in run()] == []


def tenders(order: Order) -> list[Decimal]:
    """What went back along each payment."""
    return [payment.refunded for payment in order.payments.order_by("id")]


def difference(desk: Desk, line: OrderLine, sku: str, reason: str = "wrong_choice", units: int = 1) -> Decimal:
    asked = application(desk, line, "exchange", reason, units, sku)
    return services.quote(line.order, asked, actor=desk.buyer, now=NOW).price_difference


# --- the line ------------------------------------------------------------------------------------------------


def test_the_exchanged_unit_becomes_a_line_of_its_own(desk: Desk) -> None:
    desk.world.sku("XXL", price="159.00", product="shirt", title="Shirt", spec="XXL", warranty_days=365)
    order = bought(desk, "S", "99.00", units=2)
    old = held(order)
    new = exchange(desk, old, "XXL")
    old.refresh_from_db()
    assert (old.exchanged_quantity, old.exchanged_amount, old.free_quantity, old.left_quantity) == (1, D("99.00"), 1, 1)
    assert (new.position, new.replaces_id, new.sku.code, new.title, new.spec) == (2, old.pk, "XXL", "Shirt", "XXL")
    assert (new.quantity, new.shipped_quantity, new.to_ship, new.free_quantity) == (1, 1, 0, 1)
    assert (new.unit_price, new.list_price_paid, new.paid_amount) == (D("159.00"), D("159.00"), D("159.00"))
    assert new.warranty_days == 365
    assert new.window_ends_at == NOW + order.policy.window_days * DAY
    assert order.tickets.get().lines.get().replacement == new


def test_a_dearer_replacement_goes_back_for_all_that_was_paid(desk: Desk) -> None:
    """99.00 → 159.00 with 60.00 paid: 99.00 to the first payment, 60.00 to the other."""
    order = bought(desk, "S", "99.00")
    ticket = give_back(desk, exchange(desk, held(order), "XXL"))
    assert ticket.refunded_amount == 159
    assert tenders(order) == [99, 60]


def test_the_quote_names_these_tenders(desk: Desk) -> None:
    order = bought(desk, "S", "99.00")
    new = exchange(desk, held(order), "XXL")
    quote = services.quote(order, application(desk, new, "return_refund", "quality"), actor=desk.buyer, now=NOW)
    assert (quote.total, [amount for _, amount in quote.tenders], quote.reasons) == (D(159), [D(99), D(60)], [])


def test_a_part_of_the_money_uses_up_the_difference_first(desk: Desk) -> None:
    order = bought(desk, "S", "99.00")
    new = exchange(desk, held(order), "XXL")
    claim = Application("refund_only", "compensation", (LineRequest(new.pk, 1),), claimed_amount=D(70))
    desk.pay_out(desk.approve(services.apply(order, claim, actor=desk.buyer, now=NOW)))
    assert tenders(order) == [10, 60]
    clean(order)


def test_the_old_line_offers_nothing_for_units_that_are_gone(desk: Desk) -> None:
    order = bought(desk)
    old = held(order)
    exchange(desk, old, "L")
    for type_, reason in (("return_refund", "quality"), ("exchange", "quality"), ("repair", "fault")):
        with pytest.raises(NotEligible) as refused:
            apply(desk, old, type_, reason)
        assert "quantity_exceeded" in refused.value.reasons
    claim = Application("refund_only", "compensation", (LineRequest(old.pk, 1),), claimed_amount=D(1))
    with pytest.raises(NotEligible):
        services.apply(order, claim, actor=desk.buyer, now=NOW)


# --- the next exchange ---------------------------------------------------------------------------------------


def test_the_next_exchange_reckons_from_what_is_held(desk: Desk) -> None:
    new = exchange(desk, held(bought(desk)), "L")
    assert difference(desk, new, "XL") == 20
    assert difference(desk, new, "M") == -30
    assert difference(desk, new, "L") == 0
    assert difference(desk, new, "") == 0


def test_a_chain_of_three_goes_back_along_all_its_payments(desk: Desk) -> None:
    order = bought(desk)
    last = exchange(desk, exchange(desk, exchange(desk, held(order), "L"), "XL"), "XXL")
    assert (last.paid_amount, last.list_price_paid) == (D(159), D(159))
    assert give_back(desk, last).refunded_amount == 159
    assert tenders(order) == [100, 30, 20, 9]


def test_up_and_down_again_ends_where_it_began(desk: Desk) -> None:
    order = bought(desk)
    last = exchange(desk, exchange(desk, held(order), "XL"), "M")
    assert tenders(order) == [0, 50]
    assert (last.paid_amount, last.list_price_paid, last.sku.code) == (D(100), D(100), "M")
    assert give_back(desk, last).refunded_amount == 100
    assert tenders(order) == [100, 50]


def test_a_unit_of_a_chain_that_was_split_goes_back_along_its_own_payments(desk: Desk) -> None:
    order = bought(desk, units=3)
    two = exchange(desk, held(order), "L", units=2)
    one = exchange(desk, two, "XL")
    assert give_back(desk, one).refunded_amount == 150
    assert tenders(order) == [70, 60, 20]
    two.refresh_from_db()
    assert give_back(desk, two).refunded_amount == 130
    assert tenders(order) == [200, 60, 20]
    assert give_back(desk, order.lines.order_by("position")[0]).refunded_amount == 100
    assert tenders(order) == [300, 60, 20]


def test_who_was_given_a_dearer_thing_for_nothing_cannot_cash_it_in(desk: Desk) -> None:
    """F-9: at most what was paid − what the cheaper one costs."""
    order = bought(desk)
    new = exchange(desk, held(order), "XL", reason="quality")
    assert (new.unit_price, new.list_price_paid, new.paid_amount) == (D(150), D(100), D(100))
    assert difference(desk, new, "L") == 0
    assert difference(desk, new, "S") == -1
    assert difference(desk, new, "XXL") == 9
    assert give_back(desk, new).refunded_amount == 100


def test_a_list_price_that_fell_meanwhile_takes_nothing_from_who_paid_more(desk: Desk) -> None:
    old = held(bought(desk))
    desk.world.sku("M", price="80.00", product="shirt")
    new = exchange(desk, old, "", reason="quality")
    assert (new.unit_price, new.list_price_paid) == (D(80), D(100))
    assert difference(desk, new, "L") == 30
    assert difference(desk, new, "S") == -1


@pytest.mark.parametrize(
    ("reason", "product", "owed"),
    [
        ("wrong_choice", "shirt", "30.00"),
        ("quality", "shirt", "0.00"),
        ("damaged", "shirt", "0.00"),
        ("quality", "trousers", "30.00"),
        ("damaged", "trousers", "30.00"),
    ],
)
def test_no_difference_by_fault_only_within_the_product(desk: Desk, reason: str, product: str, owed: str) -> None:
    old = held(bought(desk))
    desk.world.sku("L", price="130.00", product=product)
    assert difference(desk, old, "L", reason) == D(owed)


def test_without_a_product_the_title_groups(desk: Desk) -> None:
    old = held(bought(desk, "CAP", "10.00"))
    desk.world.sku("CAP-RED", price="15.00", title="Cap", on_hand=5)
    assert difference(desk, old, "CAP-RED", "quality") == 0


# --- for what was really sent --------------------------------------------------------------------------------


def test_a_difference_paid_for_a_unit_that_never_came_goes_back(desk: Desk) -> None:
    """Two units at +60.00, one arrives."""
    order = bought(desk, "S", "99.00", units=2)
    old = held(order)
    ticket = sent(desk, old, "XXL", units=2, arrived=1)
    assert tenders(order) == [0, 60]
    assert ticket.price_difference == 60
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    desk.send_refunds()
    clean(order)
    new = held(order)
    old.refresh_from_db()
    assert (new.quantity, new.paid_amount, old.free_quantity, old.free_amount) == (1, D(159), 1, D(99))
    assert give_back(desk, new).refunded_amount == 159
    assert give_back(desk, old).refunded_amount == 99
    assert tenders(order) == [198, 120]


def test_a_cheaper_replacement_gives_back_only_for_units_that_are_sent(desk: Desk) -> None:
    """Two units at −20.00, one arrives."""
    desk.world.sku("KID", price="80.00", product="shirt", on_hand=5)
    order = bought(desk, units=2)
    ticket = sent(desk, held(order), "KID", units=2, arrived=1)
    assert (tenders(order), ticket.price_difference) == ([D(20)], D(-20))
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    desk.send_refunds()
    clean(order)
    assert (held(order).paid_amount, held(order).list_price_paid) == (D(80), D(80))
    assert give_back(desk, held(order)).refunded_amount == 80
    assert give_back(desk, order.lines.order_by("position")[0]).refunded_amount == 100


def test_a_cheaper_replacement_gives_back_no_more_than_the_unit_is_worth(desk: Desk) -> None:
    desk.world.sku("KID", price="20.00", product="shirt", on_hand=5)
    order = bought(desk, units=2, discount="100.00")
    new = exchange(desk, held(order), "KID")
    assert (tenders(order), new.paid_amount, new.list_price_paid) == ([D(50)], D(0), D(50))
    assert give_back(desk, order.lines.order_by("position")[0]).refunded_amount == 50


def test_a_lost_replacement_that_becomes_a_refund_pays_the_rest_once(desk: Desk) -> None:
    desk.world.sku("KID", price="80.00", product="shirt", on_hand=5)
    order = bought(desk, units=2)
    ticket = sent(desk, held(order), "KID")
    ticket.lost_at = NOW
    ticket.save()
    ticket = desk.pay_out(services.convert(ticket, to="return_refund", actor=desk.merchant, now=NOW))
    assert (ticket.refunded_amount, tenders(order)) == (D(80), [D(100)])
    clean(order)


def test_sent_again_after_a_loss_settles_nothing_twice(desk: Desk) -> None:
    order = bought(desk, "S", "99.00", units=2)
    ticket = sent(desk, held(order), "XXL", units=2, arrived=1)
    ticket.lost_at = NOW
    ticket.save()
    services.confirm_replacement(desk.reship(ticket), actor=desk.buyer, now=NOW)
    desk.send_refunds()
    assert tenders(order) == [0, 60]
    clean(order)


def test_lines_of_one_ticket_are_settled_each_for_itself(desk: Desk) -> None:
    """What the dearer line costs is not set off against what the cheaper one gives back; refunds are summed by
    payment."""
    order = desk.world.completed(lines=[("S", "99.00", 1), ("L", "130.00", 1), ("M", "100.00", 1)])
    first, second, third = desk.world.lines(order)
    swaps = ((first, "XXL"), (second, "M"), (third, "XL"))
    asked = Application(
        "exchange", "wrong_choice", tuple(LineRequest(line.pk, 1, sku) for line, sku in swaps), evidence=(desk.photo(),)
    )
    ticket = desk.approve(services.apply(order, asked, actor=desk.buyer, now=NOW))
    assert ticket.price_difference == 110
    ticket = desk.reship(desk.receive(desk.ship_back(desk.pay_difference(ticket, "110.00"))))
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    desk.send_refunds()
    assert tenders(order) == [30, 0]
    clean(order)
    new = list(order.lines.order_by("position")[3:])
    assert [line.paid_amount for line in new] == [159, 100, 150]
    back = tuple(LineRequest(line.pk, 1) for line in new)
    ticket = services.apply(
        order, Application("return_refund", "quality", back, evidence=(desk.photo(),)), actor=desk.buyer, now=NOW
    )
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    assert (ticket.refunded_amount, ticket.refunds.count()) == (409, 2)
    assert tenders(order) == [329, 110]
    clean(order)


def test_sent_ahead_and_counted_later_the_replacements_stay_what_they_are(desk: Desk) -> None:
    order = bought(desk, units=2)
    old = held(order)
    ticket = desk.approve(apply(desk, old, "exchange", "quality", 2, "M"))
    ticket = desk.reship(desk.ship_back(ticket), advance=True, note="needed today")
    services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    ticket = Ticket.objects.get(pk=ticket.pk)
    desk.receive(ticket, [{"line_id": old.pk, "quantity": 1, "condition": "as_new"}])
    assert held(order).quantity == 2
    clean(order)


# --- stock, order, points ------------------------------------------------------------------------------------


def test_a_unit_goes_back_to_the_shelf_of_what_it_is(desk: Desk) -> None:
    order = bought(desk, "S", "99.00")
    new = exchange(desk, held(order), "XXL")
    assert (desk.stock("S"), desk.stock("XXL")) == ((21, 0), (19, 0))
    again = exchange(desk, new, "")
    assert again.sku.code == "XXL"
    assert (desk.stock("S"), desk.stock("XXL")) == ((21, 0), (19, 0))
    give_back(desk, again)
    assert (desk.stock("S"), desk.stock("XXL")) == ((21, 0), (20, 0))


def test_the_parcel_names_what_is_inside(desk: Desk) -> None:
    ticket = sent(desk, held(bought(desk)), "L")
    parcel = ticket.replacement_parcel
    assert parcel is not None
    inside = parcel.lines.get()
    assert inside.sku is not None
    assert (inside.sku.code, inside.quantity) == ("L", 1)


def test_freight_follows_once_what_is_held_has_come_back(desk: Desk) -> None:
    order = bought(desk, units=2, freight="10.00")
    new = exchange(desk, held(order), "L", reason="quality")
    assert give_back(desk, order.lines.order_by("position")[0]).freight_amount == 0
    assert give_back(desk, new).freight_amount == 10


def test_an_order_is_closed_when_everything_that_is_held_was_refunded(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("M", "100.00", 1)])
    new = exchange(desk, held(order), "L", reason="quality")
    assert Order.objects.get(pk=order.pk).status == "shipped"
    give_back(desk, new)
    order = Order.objects.get(pk=order.pk)
    assert (order.status, order.close_reason) == ("closed", "refunded")


def test_points_go_along_with_the_units(desk: Desk) -> None:
    order = bought(desk, units=3, points_deduction="10.00", points_used=100)
    old = held(order)
    new = exchange(desk, old, "L", units=2)
    assert new.points == 67
    old.refresh_from_db()
    assert give_back(desk, old).points_returned == 33
    assert give_back(desk, new, 2).points_returned == 67


def test_remaining_units_keep_their_shares(desk: Desk) -> None:
    """F-3: 3 units paid 290.00 are worth 96.67, 96.66 and 96.67, also where one of them was exchanged."""
    order = bought(desk, units=3, discount="10.00")
    old = held(order)
    new = exchange(desk, old, "M")
    old.refresh_from_db()
    assert [new.paid_amount, give_back(desk, old).refunded_amount] == [D("96.67"), D("96.66")]
    old.refresh_from_db()
    assert give_back(desk, old).refunded_amount == D("96.67")


# --- targets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [{"virtual": True}, {"exchange_excluded": True}, {"currency": "USD"}])
def test_what_may_not_be_sent_is_no_target(desk: Desk, flags: dict[str, Any]) -> None:
    old = held(bought(desk))
    desk.world.sku("L", price="130.00", product="shirt", **flags)
    with pytest.raises(NotEligible) as refused:
        apply(desk, old, "exchange", "wrong_choice", sku="L")
    assert refused.value.reasons == ["type_excluded"]


def test_another_product_is_never_approved_by_the_clock(desk: Desk) -> None:
    desk.world.sku("GOLD", price="2000.00", on_hand=5)
    old = held(bought(desk, "S", "1.00", units=2))
    ticket = apply(desk, old, "exchange", "quality", sku="GOLD")
    assert (ticket.price_difference, ticket.other_product, ticket.due_action) == (1999, True, "overdue")
    assert apply(desk, old, "exchange", "quality", sku="M").due_action == "approve"
