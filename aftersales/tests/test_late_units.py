"""Missing units that come late, and goods that nobody announced (contract §6)."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command

from aftersales import services
from aftersales.admin.forms import ReceiveForm
from aftersales.models import Benefit, Inspection, Ticket
from aftersales.services import allowed_actions
from kernel.actors import CLOCK
from kernel.errors import DomainError, Forbidden, IllegalTransition, Invalid, NotEligible
from kernel.models import History
from logistics import services as logistics
from orders.models import Order, Stock
from refunds.models import Refund
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World

from . import books

pytestmark = pytest.mark.django_db
SHOP = "mei"


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


def units(ticket: Ticket, **found: int) -> list[dict[str, Any]]:
    line = ticket.lines.order_by("id").first()
    assert line is not None
    return [{"line_id": line.line_id, "condition": name, "quantity": n} for name, n in found.items()]


def sent(desk: Desk, type_: str = "return_refund", reason: str = "quality", n: int = 2, **data: Any) -> Ticket:
    data.setdefault("lines", [("TEE", "99.00", n)])
    order = desk.world.delivered(**data)
    return desk.ship_back(desk.approve(desk.apply(order, type_, reason)))


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def money_of(ticket: Ticket) -> list[tuple[str, str]]:
    rows = Refund.objects.filter(ticket_refund__ticket=ticket).order_by("id")
    return [(str(row.amount), row.status) for row in rows]


def check(ticket: Ticket) -> None:
    books.check(Order.objects.get(pk=ticket.order_id))
    call_command("audit_money", verbosity=0)


# --- a return -------------------------------------------------------------------------------------------


def test_after_the_ticket_was_completed_the_refund_follows_on_it(desk: Desk) -> None:
    ticket = sent(desk)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert (ticket.status, ticket.refunded_amount, ticket.missing_quantity) == ("completed", Decimal("99.00"), 1)
    assert "receive" in allowed_actions(ticket, desk.merchant, now=NOW)
    ticket = desk.receive(ticket, units(ticket, damaged=1), note="It was behind the shelf.")
    assert (ticket.status, ticket.approved_amount, ticket.missing_quantity) == ("completed", Decimal("198.00"), 0)
    assert money_of(ticket) == [("99.00", "succeeded"), ("99.00", "pending")]
    assert ticket.refunded_amount == Decimal("99.00"), "what has arrived, and no more"
    check(ticket)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.refunded_amount) == ("completed", Decimal("198.00"))
    assert sorted(Inspection.objects.values_list("condition", "quantity")) == [("as_new", 1), ("damaged", 1)]
    assert desk.stock("TEE") == (6, 0)
    assert "receive" not in allowed_actions(ticket, desk.merchant, now=NOW)
    last = History.objects.filter(machine="ticket", object_id=ticket.pk).latest("sequence")
    assert (last.action, last.data["remark"], last.note) == ("receive", "late_units", "It was behind the shelf.")
    assert Order.objects.get().status == "closed", "everything is back"
    check(ticket)


def test_while_its_refund_is_on_its_way_the_ticket_ends_with_all_of_it(desk: Desk) -> None:
    ticket = sent(desk, n=3)
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    ticket = desk.receive(ticket, units(ticket, resellable=1))
    assert (ticket.status, ticket.approved_amount, ticket.missing_quantity) == ("pending_refund", Decimal("198.00"), 1)
    assert Stock.objects.get().resellable == 1
    check(ticket)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.refunded_amount) == ("completed", Decimal("198.00"))
    assert money_of(ticket) == [("99.00", "succeeded")] * 2
    check(ticket)


def test_one_refund_arrives_and_the_other_fails(desk: Desk) -> None:
    ticket = sent(desk, payments=[("FAIL-1", "198.00")])
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert ticket.status == "pending_refund"
    assert "refund_failed" in ticket.alerts
    check(ticket)


@pytest.mark.parametrize(("quantity", "paid"), [(3, "100.00"), (4, "0.03"), (5, "33.33")])
def test_in_whatever_parts_it_comes_it_is_the_same_money(desk: Desk, quantity: int, paid: str) -> None:
    """F-1, F-3, B-16: units, cents, the freight with the last of them; before and after the refund arrived."""
    for first, second, at_once in product(range(1, quantity), range(1, quantity), (False, True)):
        if first + second > quantity:
            continue
        discount = str(Decimal("40.00") * quantity - Decimal(paid))
        ticket = sent(desk, lines=[("TEE", "40.00", quantity)], freight="8.00", discount=discount)
        for part in (first, second, quantity - first - second):
            if part:
                ticket = desk.receive(ticket, units(ticket, as_new=part))
                ticket = ticket if at_once else desk.pay_out(ticket)
        ticket = desk.pay_out(ticket)
        assert (ticket.status, ticket.refunded_amount) == ("completed", Decimal(paid) + Decimal("8.00"))
        assert ticket.freight_amount == Decimal("8.00")
        books.check(ticket.order)
    call_command("audit_money", verbosity=0)


def test_who_agreed_to_a_fee_gets_what_they_agreed_on(desk: Desk) -> None:
    desk.world.revise_policy(consent="note")
    order = desk.world.delivered(lines=[("TEE", "100.00", 2)], freight="10.00")
    ticket = desk.approve(
        desk.apply(order, "return_refund", "quality"), service_fee=Decimal("20.00"), service_fee_consent=True,
        note="on the phone",
    )  # fmt: skip
    ticket = desk.ship_back(ticket)
    whole = ticket.approved_amount
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    noted = ticket.noted_consent.amount
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert ticket.refunded_amount == whole == Decimal("190.00"), "as if both had come at once, freight included"
    ticket.noted_consent.refresh_from_db()
    assert (noted, ticket.noted_consent.amount) == (Decimal("10.00"), Decimal("20.00"))
    check(ticket)


def test_points_go_back_with_the_units_and_a_coupon_with_the_last(desk: Desk) -> None:
    data: dict[str, Any] = {"points_used": 100, "points_deduction": "1.00", "coupons": ["C-1"]}
    ticket = sent(desk, **data)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert (ticket.points_returned, ticket.coupons_returned) == (50, [])
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    assert (ticket.points_returned, ticket.coupons_returned) == (100, ["C-1"])
    assert list(Benefit.objects.order_by("id").values_list("kind", "points", "code")) == [
        ("points_back", 50, ""), ("points_back", 50, ""), ("coupon_back", 0, "C-1"),
    ]  # fmt: skip
    check(ticket)


def test_a_broken_promotion_is_settled_by_what_came_in_the_end(desk: Desk) -> None:
    promotion = {"kind": "threshold", "code": "30-OFF", "threshold": "150.00", "discount": "30.00"}
    data: dict[str, Any] = {"lines": [("TEE", "100.00", 2)], "discount": "30.00", "promotions": [promotion]}
    desk.world.revise_policy(promotion_refund="recalculate")
    ticket = sent(desk, reason="wrong_choice", **data)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert ticket.refunded_amount < Decimal("85.00"), "the threshold is not reached with what is kept"
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    assert ticket.refunded_amount == Decimal("170.00"), "nothing is kept"
    check(ticket)


def test_units_that_another_ticket_has_are_not_paid_twice(desk: Desk) -> None:
    ticket = sent(desk)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    again = desk.apply(ticket.order, "return_refund", "quality", quantity=1)
    with pytest.raises(NotEligible) as refused:
        desk.receive(ticket, units(ticket, as_new=1))
    assert refused.value.reasons == ["open_ticket_exists"]
    assert fresh(ticket).missing_quantity == 1
    assert money_of(ticket) == [("99.00", "succeeded")]
    services.withdraw(again, actor=desk.buyer, now=NOW)
    desk.receive(fresh(ticket), units(ticket, as_new=1))
    with pytest.raises(NotEligible):
        desk.apply(ticket.order, "return_refund", "quality", quantity=1)
    check(ticket)


@pytest.mark.parametrize("late", [{"as_new": 2}, {"as_new": 1, "damaged": 1}])
def test_never_more_than_are_missing(desk: Desk, late: dict[str, int]) -> None:
    ticket = sent(desk)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    with pytest.raises(DomainError) as refused:
        desk.receive(ticket, units(ticket, **late))
    assert refused.value.code == "not_eligible" or refused.value.http_status == 422
    assert money_of(ticket) == [("99.00", "succeeded")]


@pytest.mark.parametrize("late", [{}, {"missing": 1}])
def test_nothing_came(desk: Desk, late: dict[str, int]) -> None:
    ticket = sent(desk)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    with pytest.raises(Invalid) as refused:
        desk.receive(ticket, units(ticket, **late))
    assert "units" in (refused.value.errors or {})


def test_no_deduction_once_the_buyer_can_answer_no_offer(desk: Desk) -> None:
    ticket = sent(desk)
    ticket = desk.pay_out(desk.receive(ticket, units(ticket, as_new=1)))
    with pytest.raises(Invalid) as refused:
        desk.receive(ticket, units(ticket, damaged=1), deduction=Decimal("5.00"), deduction_consent=True)
    assert "deduction" in (refused.value.errors or {})


def test_an_agent_gives_no_more_than_their_limit(desk: Desk) -> None:
    ticket = sent(desk, lines=[("TEE", "150.00", 2)])
    first = services.receive(ticket, units=units(ticket, as_new=1), actor=desk.agent, now=NOW)
    with pytest.raises(Forbidden):
        services.receive(fresh(first), units=units(ticket, as_new=1), actor=desk.agent, now=NOW)
    assert fresh(first).missing_quantity == 1


@pytest.mark.parametrize("who", ["buyer", "support"])
def test_only_the_shop_receives(desk: Desk, who: str) -> None:
    ticket = sent(desk)
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    with pytest.raises(Forbidden):
        services.receive(ticket, units=units(ticket, as_new=1), actor=getattr(desk, who), now=NOW)
    with pytest.raises(Invalid):
        services.receive(ticket, actor=CLOCK, now=NOW)


# --- what is sent instead ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("type_", "reason", "on_hand"), [("exchange", "quality", 5), ("repair", "fault", 5)])
def test_a_replacement_is_sent_for_late_units_too(desk: Desk, type_: str, reason: str, on_hand: int) -> None:
    ticket = sent(desk, type_, reason)
    due = None
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    due = ticket.due_at
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    assert (ticket.status, ticket.missing_quantity, ticket.due_at) == ("pending_reship", 0, due)
    ticket = desk.reship(ticket)
    parcel = ticket.replacement_parcel
    assert parcel is not None
    assert parcel.lines.get().quantity == 2
    assert desk.stock("TEE") == (on_hand, 0)
    check(ticket)


def test_once_it_has_left_the_units_are_for_a_new_request(desk: Desk) -> None:
    ticket = sent(desk, "exchange")
    ticket = desk.reship(desk.receive(ticket, units(ticket, as_new=1)))
    with pytest.raises(IllegalTransition):
        desk.receive(ticket, units(ticket, as_new=1))
    ticket = services.confirm_replacement(ticket, actor=desk.buyer, now=NOW)
    with pytest.raises(IllegalTransition):
        desk.receive(ticket, units(ticket, as_new=1))
    desk.apply(ticket.order, "return_refund", "quality", quantity=1)


def test_converted_into_a_refund_late_units_are_worth_theirs(desk: Desk) -> None:
    ticket = sent(desk, "exchange")
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    ticket = services.convert(ticket, to="return_refund", note="sold out", actor=desk.merchant, now=NOW)
    assert ticket.approved_amount == Decimal("99.00")
    ticket = desk.pay_out(desk.receive(desk.pay_out(ticket), units(ticket, as_new=1)))
    assert ticket.refunded_amount == Decimal("198.00")
    check(ticket)


def test_what_a_cheaper_replacement_gave_back_counts_once(desk: Desk) -> None:
    """F-9: it got lost, and the exchange became a refund."""
    desk.world.sku("SMALL", price="79.00", on_hand=5)
    order = desk.world.delivered()
    ticket = desk.ship_back(desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="SMALL")))
    ticket = desk.reship(desk.receive(ticket, units(ticket, as_new=1)))
    parcel = ticket.replacement_parcel
    assert parcel is not None
    logistics.report(parcel, status="lost", actor=desk.integration, now=NOW)
    ticket = services.convert(fresh(ticket), to="return_refund", note="sold out", actor=desk.merchant, now=NOW)
    ticket = desk.pay_out(desk.receive(desk.pay_out(ticket), units(ticket, as_new=1)))
    assert sum(Decimal(amount) for amount, _status in money_of(ticket)) == Decimal("198.00")
    check(ticket)


def test_the_form_proposes_nothing_of_what_nobody_has_seen(desk: Desk) -> None:
    ticket = sent(desk, "exchange")
    ticket = desk.receive(ticket, units(ticket, as_new=1))
    form = ReceiveForm(row=ticket, actor=desk.merchant)
    assert [field.initial for name, field in form.fields.items() if name.endswith("-as_new")] == [None]


# --- what nobody announced --------------------------------------------------------------------------------


def test_extra_goods_are_recorded_and_stay_the_buyers(desk: Desk, api: Login) -> None:
    desk.world.sku("CAP", title="Cap")
    ticket = sent(desk, lines=[("TEE", "99.00", 1), ("MUG", "9.00", 1)])
    mug = ticket.lines.get(line__sku__code="MUG").line_id
    body = {
        "units": [{"line_id": item.line_id, "quantity": 1, "condition": "as_new"} for item in ticket.lines.all()],
        "extras": [
            {"line_id": mug, "quantity": 2, "condition": "as_new"},
            {"sku": "CAP", "quantity": 1, "condition": "wrong"},
            {"quantity": 1, "condition": "damaged"},
        ],
    }
    answer = api(SHOP).post(f"/api/v1/tickets/{ticket.ticket_no}/receive/", body, format="json")
    assert answer.status_code == 200, answer.json()
    found = [(row["line_id"], row["sku"], row["title"], row["quantity"]) for row in answer.json()["extras"]]
    assert found == [(mug, "MUG", found[0][2], 2), (None, "CAP", "Cap", 1), (None, None, "", 1)]
    assert api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["extras"] == answer.json()["extras"]
    assert desk.stock("CAP") == (0, 0)
    assert fresh(ticket).approved_amount == Decimal("108.00")


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"line_id": 1, "quantity": 1, "condition": "as_new"}, "extras"),
        ({"sku": "NONE", "quantity": 1, "condition": "as_new"}, "extras"),
        ({"sku": "TEE", "quantity": 0, "condition": "as_new"}, "extras"),
        ({"sku": "TEE", "quantity": 1, "condition": "missing"}, "extras"),
        ({"sku": "TEE", "line_id": 1, "quantity": 1, "condition": "as_new"}, "extras"),
    ],
)
def test_extras_that_cannot_be_are_400(desk: Desk, api: Login, extra: dict[str, Any], field: str) -> None:
    ticket = sent(desk)
    body = {"units": units(ticket, as_new=2), "extras": [extra]}
    answer = api(SHOP).post(f"/api/v1/tickets/{ticket.ticket_no}/receive/", body, format="json")
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"]), answer.json()
    assert fresh(ticket).received_at is None


def test_a_parcel_with_something_else_alone_is_refused_and_says_what_was_in_it(desk: Desk, api: Login) -> None:
    ticket = sent(desk)
    extras = [{"sku": "", "quantity": 1, "condition": "wrong"}]
    ticket = desk.receive(ticket, units(ticket, missing=2), extras=extras)
    assert ticket.status == "rejected"
    assert ticket.extra_goods.get().quantity == 1
    assert api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["extras"][0]["quantity"] == 1
