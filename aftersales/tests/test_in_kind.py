"""A voucher or a gift instead of money (S-061, S-062): the buyer's yes ends the ticket, no goods are used up, and its
cost counts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales import audit, services
from aftersales.models import Given, Offer, Ticket
from aftersales.selectors import tiles, worklist
from aftersales.selectors.pending_action import pending_action
from kernel.errors import AmountExceeded, Forbidden, IllegalTransition, Invalid
from orders.models import Order, OrderLine
from refunds.models import Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.undone import undone
from tests.world import DAY, NOW, SECOND, World

from . import books

pytestmark = pytest.mark.django_db
D = Decimal
VOUCHER: dict[str, Any] = {"type": "voucher", "amount": D("20.00"), "what": "20 off", "code": "SORRY", "note": "Sorry"}
GIFT: dict[str, Any] = {"type": "gift", "amount": D("8.00"), "what": "A box of tea", "note": "Sorry"}


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", price="99.00", on_hand=5)
    return Desk(world)


def offered(desk: Desk, ticket: Ticket, by: str = "mei", **terms: Any) -> Offer:
    services.offer(ticket, **terms, actor=desk.world.actor(by), now=NOW)
    return Offer.objects.get(ticket=ticket, status="open")


def accepted(desk: Desk, ticket: Ticket, **terms: Any) -> Ticket:
    row = offered(desk, ticket, **terms)
    return services.accept_offer(ticket, offer=row.pk, actor=desk.buyer, now=NOW)


def right(order: Order) -> None:
    books.check(order)
    assert list(audit.run()) == []


@pytest.mark.parametrize("type_", ["refund_only", "return_refund", "exchange", "repair"])
def test_a_yes_to_a_voucher_ends_the_ticket(desk: Desk, type_: str) -> None:
    order = desk.world.delivered(freight="6.00")
    before = OrderLine.objects.values().get()
    reason = {"refund_only": "late", "repair": "fault"}.get(type_, "quality")
    ticket = accepted(desk, desk.apply(order, type_, reason), **VOUCHER)
    assert (ticket.status, ticket.outcome, ticket.outcome_cost) == ("completed", "voucher", 20)
    assert ticket.refunded_amount == 0
    assert (ticket.handed_over_at, ticket.gift_due_at, ticket.alerts, ticket.due_at) == (NOW, None, [], None)
    assert OrderLine.objects.values().get() == before  # no unit and no money is used up
    assert not Refund.objects.exists()
    assert desk.stock("TEE") == (5, 0)
    assert [row.action for row in ticket.history()] == ["apply", "offer", "accept_offer", "settle_in_kind"]
    assert Order.objects.get().aftersales_state == "succeeded"
    right(order)


def test_the_law_leaves_the_buyer_their_rights(desk: Desk) -> None:
    """The same units may be returned afterwards: nothing of them was used up, and no application is counted."""
    order = desk.world.delivered()
    accepted(desk, desk.apply(order, "refund_only", "late"), **VOUCHER)
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(Order.objects.get())))))
    assert (ticket.refunded_amount, OrderLine.objects.get().failed_applications) == (198, 0)
    right(order)


def test_the_code_is_for_the_buyer_from_their_yes_on(desk: Desk, api: Login) -> None:
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    last = date(2026, 12, 31)
    row = offered(desk, ticket, **VOUCHER, valid_until=last)
    address = f"/api/v1/tickets/{ticket.ticket_no}/"
    seen = api("alice").get(address)
    assert "SORRY" not in seen.content.decode()
    told = seen.json()["offers"][0]
    assert [told[name] for name in ("type", "type_label", "what", "valid_until", "amount")] == [
        "voucher", "voucher", "20 off", "2026-12-31", "20.00",
    ]  # fmt: skip
    body = {"offer": row.pk, "version": seen.json()["version"]}
    outcome = api("alice").post(f"{address}accept-offer/", body, format="json").json()["outcome"]
    assert (outcome["voucher_code"], outcome["valid_until"], outcome["cost"]) == ("SORRY", "2026-12-31", "20.00")


# --- handing over ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "counts"),
    [(NOW, False), (NOW + 7 * DAY - SECOND, True), (NOW + 7 * DAY, True), (NOW + 8 * DAY, True)],
)
def test_a_gift_is_due_today_until_it_is_handed_over(desk: Desk, at: Any, counts: bool) -> None:
    accepted(desk, desk.apply(desk.world.delivered(), "refund_only", "late"), **GIFT)
    assert Ticket.objects.filter(tiles.conditions(0, at)[tiles.TODAY]).exists() is counts


def test_a_gift_waits_for_the_shop(desk: Desk, api: Login) -> None:
    ticket = accepted(desk, desk.apply(desk.world.delivered(), "refund_only", "late"), **GIFT)
    assert (ticket.status, ticket.alerts, ticket.gift_due_at) == ("completed", ["gift_due"], NOW + 7 * DAY)
    for offset, late in ((-SECOND, False), (timedelta(0), True), (SECOND, True)):
        step = pending_action(ticket, NOW + 7 * DAY + offset)
        assert step is not None
        assert (step.late, "hand over" in step.text) == (late, True)
    assert worklist.counts(Ticket.objects.all())["gift"] == 1
    address = f"/api/v1/tickets/{ticket.ticket_no}/"
    assert api("alice").get(address).json()["outcome"]["cost"] is None  # what it cost the shop is not for the buyer
    assert "hand-over-gift" in api("mei").get(address).json()["allowed_actions"]
    with pytest.raises(Invalid):
        services.hand_over_gift(ticket, actor=desk.merchant, now=NOW)
    for actor in (desk.buyer, desk.support):
        with pytest.raises(Forbidden):
            services.hand_over_gift(ticket, note="x", actor=actor, now=NOW)
    given_ = api("mei").post(f"{address}hand-over-gift/", {"note": "SF 1"}, format="json").json()
    assert (given_["alerts"], given_["outcome"]["due_at"]) == ([], None)
    assert given_["outcome"]["handed_over_at"] is not None
    with pytest.raises(IllegalTransition):  # once
        services.hand_over_gift(ticket, note="x", actor=desk.merchant, now=NOW)
    right(ticket.order)


def test_a_voucher_without_a_code_waits_for_it(desk: Desk) -> None:
    ticket = accepted(desk, desk.apply(desk.world.delivered(), "refund_only", "late"), **(VOUCHER | {"code": ""}))
    assert ticket.alerts == ["gift_due"]
    with pytest.raises(Invalid):
        services.hand_over_gift(ticket, note="later", actor=desk.merchant, now=NOW)
    services.hand_over_gift(ticket, code=" NEW-1 ", actor=desk.merchant, now=NOW)
    assert Offer.objects.get().code == "NEW-1"


# --- its cost -------------------------------------------------------------------------------------------


def test_it_counts_for_the_limit_of_who_offers_it(desk: Desk) -> None:
    """wen may give away 200.00 on an order, in all: as a voucher, a gift or money."""
    order = desk.world.delivered(lines=[("TEE", "300.00", 2)])
    line = order.lines.get().pk
    first = desk.apply(order, "refund_only", "late", quantity=1)
    with pytest.raises(Forbidden):
        offered(desk, first, by="wen", **(VOUCHER | {"amount": D("200.01")}))
    accepted(desk, first, by="wen", **(VOUCHER | {"amount": D("150.00")}))
    assert Given.objects.get(user__username="wen").amount == 150
    second = desk.apply(Order.objects.get(), "refund_only", "late", quantity=1)
    with pytest.raises(Forbidden):
        offered(desk, second, by="wen", **(GIFT | {"amount": D("50.01")}))
    assert offered(desk, second, by="wen", **(GIFT | {"amount": D("50.00")})).amount == 50
    assert line == second.lines.get().line_id


@pytest.mark.parametrize(("cost", "possible"), [("198.00", True), ("198.01", False)])
def test_never_more_than_was_paid(desk: Desk, cost: str, possible: bool) -> None:
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    if possible:
        assert offered(desk, ticket, **(VOUCHER | {"amount": D(cost)})).amount == D(cost)
        return
    with pytest.raises(AmountExceeded):
        offered(desk, ticket, **(VOUCHER | {"amount": D(cost)}))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(costs=st.lists(st.integers(min_value=1, max_value=25_000), min_size=1, max_size=3), units=st.integers(0, 1))
def test_vouchers_and_refunds_together_never_exceed_what_was_paid(desk: Desk, costs: list[int], units: int) -> None:
    with undone():
        order, cost = desk.world.delivered(), D(0)
        if units:
            returned = desk.apply(order, quantity=1)
            desk.pay_out(desk.receive(desk.ship_back(desk.approve(returned))))
        back = D(99) * units
        for each in costs:
            amount, ticket = (
                D(each) / 100,
                desk.apply(Order.objects.get(pk=order.pk), "refund_only", "late", quantity=1),
            )
            fits = back + cost + amount <= 198
            try:
                accepted(desk, ticket, **(VOUCHER | {"amount": amount}))
                assert fits
                cost += amount
            except AmountExceeded:
                assert not fits
                services.withdraw(ticket, actor=desk.buyer, now=NOW)
        assert sum(t.outcome_cost for t in Ticket.objects.filter(order=order)) == cost
        right(Order.objects.get(pk=order.pk))


# --- what makes none ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (VOUCHER | {"what": " "}, "what"),
        (VOUCHER | {"amount": None}, "amount"),
        (VOUCHER | {"amount": D(0)}, "amount"),
        (VOUCHER | {"service_fee": D(1)}, "type"),
        (VOUCHER | {"valid_until": (NOW - DAY).date()}, "valid_until"),
        (GIFT | {"code": "X"}, "code"),
        ({"type": "refund_only", "amount": D(5), "note": "-", "what": "tea"}, "what"),
    ],
)
def test_terms_that_make_none(desk: Desk, terms: dict[str, Any], field: str) -> None:
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    with pytest.raises(Invalid) as refused:
        offered(desk, ticket, **terms)
    assert field in (refused.value.errors or {})


def test_only_at_the_review(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    with pytest.raises(Invalid):
        offered(desk, ticket, **VOUCHER)


def test_the_database_knows_it(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    with undone(), pytest.raises(IntegrityError, match="ticket_outcome"):
        Ticket.objects.filter(pk=ticket.pk).update(outcome="gift", outcome_cost=5)
    row = offered(desk, ticket, **VOUCHER)
    with pytest.raises(IntegrityError, match="offer_in_kind_says_what"):
        Offer.objects.filter(pk=row.pk).update(what="")


# --- pages ----------------------------------------------------------------------------------------------


def test_from_the_desk_to_the_buyers_page(desk: Desk, sit: Sit, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    ticket = desk.apply(desk.world.delivered(), "refund_only", "late")
    body = {"type": "gift", "amount": "8.00", "what": "A box of tea", "note": "Sorry", "version": ticket.version}
    assert sit("mei").post(page(ticket, "offer"), body).status_code == 302
    url = reverse("ticket", args=[ticket.ticket_no])
    shown = text(sit("alice").get(url))
    assert "A box of tea" in shown
    row = Offer.objects.get()
    answer = {"offer": row.pk, "version": Ticket.objects.get().version}
    assert sit("alice").post(f"{url}accept-offer/", answer).status_code == 302
    shown = text(sit("alice").get(url))
    assert "Settled with a gift" in shown
    assert "hand it over" in shown
    assert ticket.ticket_no in text(sit("mei").get("/admin/aftersales/ticket/?todo=gift"))
    assert sit("mei").post(page(ticket, "hand_over_gift"), {"note": "SF 1"}).status_code == 302
    assert "Handed over:" in text(sit("alice").get(url))
