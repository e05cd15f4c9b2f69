"""May it come back? Every reason code of the contract, each limit at its edge, and what the cap counts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Reason, Ticket
from kernel.errors import NotEligible
from orders import services as orders
from orders.models import Order, OrderLine
from orders.warranty.services import remove_terms, set_terms
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from ..rules.application import Application, LineRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def reasons(desk: Desk, order: Order, type_: str, reason: str, *, now: datetime = NOW, **more: Any) -> list[str]:
    """What quote says, which is what apply says."""
    wanted = desk.application(order, type_, reason, **more)
    promised = services.quote(order, wanted, actor=desk.buyer, now=now)
    if promised.reasons:
        before = Ticket.objects.count()
        with pytest.raises(NotEligible) as refused:
            services.apply(order, wanted, actor=desk.buyer, now=now)
        assert refused.value.reasons == promised.reasons
        assert (refused.value.http_status, refused.value.code) == (422, "not_eligible")
        assert Ticket.objects.count() == before
    return promised.reasons


# --- the order ----------------------------------------------------------------------------------------------


def test_an_unpaid_order(desk: Desk) -> None:
    assert reasons(desk, desk.world.place_order(paid=False), "refund_only", "dont_want") == ["not_paid"]


def test_a_closed_order(desk: Desk) -> None:
    order = desk.world.place_order()
    desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    order = Order.objects.get(pk=order.pk)
    assert reasons(desk, order, "refund_only", "dont_want") == ["order_closed"]


@pytest.mark.parametrize(
    ("type_", "reason", "said"),
    [
        ("refund_only", "dont_want", []),
        ("return_refund", "quality", ["not_shipped"]),
        ("exchange", "quality", ["not_delivered", "not_shipped"]),
        ("repair", "fault", ["not_delivered", "not_shipped"]),
        ("reissue", "lost", ["not_shipped"]),
    ],
)
def test_before_shipment_only_money_can_be_asked_for(desk: Desk, type_: str, reason: str, said: list[str]) -> None:
    desk.world.sku("TEE", on_hand=5)
    assert reasons(desk, desk.world.place_order(), type_, reason) == said


@pytest.mark.parametrize(("type_", "reason"), [("exchange", "quality"), ("repair", "fault")])
def test_exchange_and_repair_need_delivery_not_confirmation(desk: Desk, type_: str, reason: str) -> None:
    """B-07, S-008."""
    desk.world.sku("TEE", on_hand=5)
    order = desk.world.shipped()
    assert reasons(desk, order, type_, reason) == ["not_delivered"]
    assert reasons(desk, desk.world.deliver(order), type_, reason) == []


def test_a_claim_on_goods_that_never_left(desk: Desk) -> None:
    """Compensation is for shipped goods."""
    order = desk.world.place_order()
    assert reasons(desk, order, "refund_only", "compensation", claimed_amount=Decimal(1)) == ["not_shipped"]


# --- the window ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "said"), [(-SECOND, []), (0 * SECOND, ["window_closed"]), (SECOND, ["window_closed"])]
)
def test_the_window_is_15_times_24_hours_with_an_exclusive_end(desk: Desk, after: timedelta, said: list[str]) -> None:
    order = desk.world.completed()
    assert reasons(desk, order, "return_refund", "quality", now=NOW + 15 * DAY + after) == said


def test_the_word_of_the_job_is_final_and_support_opens_again(desk: Desk) -> None:
    order = desk.world.completed()
    Order.objects.filter(pk=order.pk).update(window_closed_at=NOW + DAY)
    order = Order.objects.get(pk=order.pk)
    assert reasons(desk, order, "return_refund", "quality", now=NOW + 2 * DAY) == ["window_closed"]
    order = orders.reopen_window(order, days=20, reason="Agreed", actor=desk.support, now=NOW + 2 * DAY)
    assert reasons(desk, order, "return_refund", "quality", now=NOW + 22 * DAY - SECOND) == []
    assert reasons(desk, order, "return_refund", "quality", now=NOW + 22 * DAY) == ["window_closed"]


WARRANTY = [("return_refund", "quality", 7), ("exchange", "quality", 15), ("repair", "fault", 365)]


@pytest.mark.parametrize(("type_", "reason", "days"), WARRANTY)
def test_goods_under_warranty_have_their_own_days_from_delivery(desk: Desk, type_: str, reason: str, days: int) -> None:
    """S-013, D-8: where that is longer than the window."""
    desk.world.sku("TEE", warranty_days=365, on_hand=9)
    desk.world.revise_policy(window_days=7)
    order = desk.world.completed()
    edge = NOW + days * DAY
    assert reasons(desk, order, type_, reason, now=edge - SECOND) == []
    assert reasons(desk, order, type_, reason, now=edge) == ["window_closed"]
    money_only = reasons(desk, order, "refund_only", "compensation", now=NOW + 7 * DAY, claimed_amount=Decimal(1))
    assert money_only == ["window_closed"]


@pytest.mark.parametrize(("type_", "reason", "days"), [(type_, reason, days + 100) for type_, reason, days in WARRANTY])
def test_a_kinder_category_and_the_installation(desk: Desk, type_: str, reason: str, days: int) -> None:
    """D-8: the shop's terms of the category, as on the day of the sale. D-5: from the installation."""
    kinder = {"return_days": 107, "exchange_days": 115, "repair_days": 465}
    desk.world.sku("TEE", category="Laptops", on_hand=9)
    row = set_terms(desk.world.lantern, "laptops", kinder, actor=desk.merchant)
    order = desk.world.completed()
    remove_terms(row, actor=desk.merchant)
    edge = NOW + days * DAY
    assert reasons(desk, order, type_, reason, now=edge - SECOND) == []
    assert reasons(desk, order, type_, reason, now=edge) == ["window_closed"]
    orders.install(order, installed_at=NOW + DAY, actor=desk.merchant, now=NOW + DAY)
    assert reasons(desk, order, type_, reason, now=edge + DAY - SECOND) == []
    assert reasons(desk, order, type_, reason, now=edge + DAY) == ["window_closed"]


@pytest.mark.parametrize(
    ("signed", "ends"),
    [
        ("2026-03-02T00:00:00+08:00", "2026-03-10T00:00:00+08:00"),
        ("2026-03-02T10:00:00+08:00", "2026-03-10T00:00:00+08:00"),
        ("2026-03-02T23:59:59+08:00", "2026-03-10T00:00:00+08:00"),
        ("2026-03-03T00:00:00+08:00", "2026-03-11T00:00:00+08:00"),
        ("2026-03-02T15:59:59+00:00", "2026-03-10T00:00:00+08:00"),  # 23:59:59 in Shanghai
        ("2026-03-02T16:00:00+00:00", "2026-03-11T00:00:00+08:00"),  # midnight in Shanghai
    ],
)
def test_no_reason_holds_seven_days_from_the_day_after_signing(desk: Desk, signed: str, ends: str) -> None:
    """D-4 art. 10; the day is Shanghai's."""
    at, edge = datetime.fromisoformat(signed), datetime.fromisoformat(ends)
    order = desk.world.place_order(now=at - 2 * DAY, placed_at=at - 2 * DAY)
    order = desk.world.deliver(desk.world.ship(order, now=at - DAY), now=at)
    assert reasons(desk, order, "return_refund", "no_reason", now=edge - SECOND) == []
    assert reasons(desk, order, "return_refund", "no_reason", now=edge) == ["window_closed"]
    assert reasons(desk, order, "return_refund", "quality", now=edge) == []  # the others hold for the window


def test_no_reason_may_be_said_before_the_goods_are_there(desk: Desk) -> None:
    assert reasons(desk, desk.world.shipped(), "return_refund", "no_reason", now=NOW + 12 * DAY) == []


# --- goods and grounds --------------------------------------------------------------------------------------


def test_an_sku_without_exchange(desk: Desk) -> None:
    """S-010: and its other types stand."""
    desk.world.sku("TEE", exchange_excluded=True, on_hand=5)
    order = desk.world.delivered()
    assert reasons(desk, order, "exchange", "quality") == ["type_excluded"]
    assert reasons(desk, order, "return_refund", "quality") == []


@pytest.mark.parametrize(
    ("exempt", "confirmed", "said"), [(True, True, ["type_excluded"]), (True, False, []), (False, True, [])]
)
def test_no_reason_is_excluded_only_by_a_confirmation_at_purchase(
    desk: Desk, exempt: bool, confirmed: bool, said: list[str]
) -> None:
    """B-05, D-4 art. 20."""
    order = desk.world.delivered()
    order.lines.update(no_reason_exempt=exempt, exempt_confirmed=confirmed)
    assert reasons(desk, order, "return_refund", "no_reason") == said
    assert reasons(desk, order, "return_refund", "quality") == []


def test_every_reason_says_whether_it_needs_a_photo(desk: Desk) -> None:
    """S-027, B-12: by the reason's own flag, unless the shop asks for none."""
    desk.world.sku("TEE", on_hand=50)
    order = desk.world.delivered()
    for reason in Reason.objects.filter(parent__isnull=True):
        said = reasons(desk, order, reason.type, reason.code, evidence=(), quantity=1)
        assert said == (["evidence_required"] if reason.evidence_required else []), reason.code
        if not said:
            services.withdraw(desk.apply(order, reason.type, reason.code, quantity=1), actor=desk.buyer, now=NOW)
            order.lines.update(failed_applications=0)
    desk.world.revise_policy(photos_required=False)
    assert reasons(desk, order, "return_refund", "quality", evidence=(), quantity=1) == ["evidence_required"]
    fresh = desk.world.delivered()
    assert reasons(desk, fresh, "return_refund", "quality", evidence=(), quantity=1) == []


@pytest.mark.parametrize(("type_", "code"), [("return_refund", "nothing"), ("refund_only", "quality"), ("repair", "")])
def test_a_reason_belongs_to_its_type(desk: Desk, type_: str, code: str) -> None:
    assert "unknown_reason" in reasons(desk, desk.world.delivered(), type_, code)


def test_a_reason_that_is_not_offered_any_more(desk: Desk) -> None:
    Reason.objects.filter(code="quality").update(active=False)
    assert reasons(desk, desk.world.delivered(), "return_refund", "quality") == ["unknown_reason"]


def test_an_exchange_without_stock(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=1)
    order = desk.world.delivered()
    assert reasons(desk, order, "exchange", "quality", quantity=2) == ["out_of_stock"]
    assert reasons(desk, order, "exchange", "quality", quantity=1) == []
    desk.apply(order, "exchange", "quality", quantity=1)
    assert "out_of_stock" in reasons(desk, order, "exchange", "quality", quantity=1)  # promised to the first


def test_the_shop_may_take_exchanges_without_looking(desk: Desk) -> None:
    """S-153 a and b are switches of their own."""
    desk.world.revise_policy(exchange_only_in_stock=False, exchange_lock_stock=False)
    order = Order.objects.get(pk=desk.world.delivered().pk)
    assert reasons(desk, order, "exchange", "quality") == []


# --- units --------------------------------------------------------------------------------------------------


def test_units_in_open_tickets_and_units_that_are_gone(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "10.00", 3)])
    ticket = desk.apply(order, quantity=2)
    assert reasons(desk, order, "return_refund", "quality", quantity=2) == ["open_ticket_exists"]
    assert reasons(desk, order, "return_refund", "quality", quantity=1) == []
    assert reasons(desk, order, "return_refund", "quality", quantity=4) == ["quantity_exceeded"]
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    assert reasons(desk, order, "return_refund", "quality", quantity=2) == ["quantity_exceeded"]


def test_the_same_line_twice_counts_together(desk: Desk) -> None:
    """A15."""
    order = desk.world.delivered(lines=[("TEE", "10.00", 3)])
    line = order.lines.get()
    twice = Application(
        "return_refund", "quality", (LineRequest(line.pk, 2), LineRequest(line.pk, 2)), evidence=(desk.photo(),)
    )
    assert services.quote(order, twice, actor=desk.buyer, now=NOW).reasons == ["quantity_exceeded"]


def test_a_line_partly_shipped(desk: Desk) -> None:
    """Of four units two have left: two may come back, the others can only be cancelled."""
    order = desk.world.place_order(lines=[("TEE", "10.00", 4)])
    line = order.lines.get()
    order = desk.world.ship(order, {line.pk: 2})
    assert reasons(desk, order, "return_refund", "quality", quantity=3) == ["not_shipped"]
    assert reasons(desk, order, "return_refund", "quality", quantity=2) == []
    both = desk.apply(order, "refund_only", "dont_want", quantity=3)
    assert (both.status, both.lines.get().unshipped) == ("pending_review", 2)
    assert OrderLine.objects.get().reserved_quantity == 2
    at_once = desk.world.ship(desk.world.place_order(lines=[("TEE", "10.00", 4)]), None)
    assert at_once.status == "shipped"


def test_the_unshipped_part_of_a_line_is_refunded_at_once(desk: Desk) -> None:
    order = desk.world.place_order(lines=[("TEE", "10.00", 4)])
    desk.world.ship(order, {order.lines.get().pk: 2})
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want", quantity=2))
    order = Order.objects.get(pk=order.pk)
    assert (ticket.status, order.status) == ("completed", "shipped")  # nothing is left to ship
    assert order.receipt_due_at == NOW + 14 * DAY


# --- who, and how often -------------------------------------------------------------------------------------


def test_unsuccessful_applications_are_counted_successful_ones_are_not(desk: Desk) -> None:
    """B-08: rejected, withdrawn and closed ones count once each, whatever follows."""
    order = desk.world.completed(lines=[("TEE", "10.00", 9), ("CAP", "5.00", 9)])
    line, other = desk.world.lines(order)
    one = Application("return_refund", "quality", (LineRequest(line.pk, 1),), evidence=())
    by: dict[str, Any] = {"actor": desk.buyer, "now": NOW}

    def apply() -> Ticket:
        photo = (desk.photo(),)
        return services.apply(order, Application("return_refund", "quality", one.lines, evidence=photo), **by)

    desk.pay_out(desk.receive(desk.ship_back(desk.approve(apply()))))
    services.withdraw(services.reject(apply(), reason="No", actor=desk.merchant, now=NOW), **by)  # one, not two
    services.close(desk.approve(apply()), now=NOW + 7 * DAY)
    services.withdraw(apply(), **by)
    services.refuse_goods(desk.ship_back(desk.approve(apply())), reason="Worn", actor=desk.merchant, now=NOW)
    line.refresh_from_db()
    assert line.failed_applications == 3  # the refused goods are the shop's decision
    for _ in range(2):
        services.withdraw(apply(), **by)
    with pytest.raises(NotEligible) as refused:
        apply()
    assert refused.value.reasons == ["applications_exhausted"]
    other.refresh_from_db()
    assert other.failed_applications == 0
    orders.reopen_window(order, days=3, reason="Buyer's mistake", actor=desk.support, now=NOW)
    assert apply().status == "pending_review"


def test_no_exchange_for_goods_in_another_currency(desk: Desk) -> None:
    """Contract §5: such an SKU is no target. The same goods are sent again in any."""
    desk.world.sku("TEE", price="99.00", on_hand=5)
    desk.world.sku("CAP", price="15.00", currency="USD", on_hand=5)
    order = desk.world.delivered()
    assert reasons(desk, order, "exchange", "wrong_choice", exchange_sku="CAP") == ["type_excluded"]
    assert reasons(desk, order, "exchange", "wrong_choice", exchange_sku="TEE") == []
    foreign = desk.world.delivered(currency="JPY", lines=[("TEE", "1000", 1)])
    assert reasons(desk, foreign, "exchange", "wrong_choice") == []
