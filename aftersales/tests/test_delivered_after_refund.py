"""Goods that reached the buyer after they were refunded as lost: an alert, a worklist, and the shop's note."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from aftersales.selectors import tiles, worklist
from aftersales.selectors.pending_action import pending_action
from kernel.actors import CLOCK, COURIER, Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid
from logistics import services as logistics
from logistics.models import Parcel
from orders import sweeps
from orders.models import Order
from refunds.models import Refund
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.undone import undone
from tests.world import DAY, NOW, World

from .test_missing import fresh, scan, sent

ALERT = ["delivered_after_refund"]


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=20)
    return Desk(world)


def shipped(desk: Desk, order: Order | None = None, lines: list[dict[str, int]] | None = None) -> Order:
    order = Order.objects.get(pk=(order or desk.world.place_order()).pk)
    return logistics.ship(order, courier="sf", tracking_no="SF9", lines=lines, actor=desk.merchant, now=NOW)


def report(parcel: Parcel, status: str, *, actor: Actor = COURIER, now: datetime = NOW) -> None:
    logistics.report(Parcel.objects.get(pk=parcel.pk), status=status, actor=actor, now=now)


def refunded(desk: Desk, order: Order, **more: Any) -> Ticket:
    ticket = desk.apply(Order.objects.get(pk=order.pk), "refund_only", "not_received", **more)
    return desk.pay_out(desk.approve(ticket) if ticket.status == "pending_review" else ticket)


def came_late(desk: Desk) -> Ticket:
    order = shipped(desk)
    parcel = order.parcels.get()
    report(parcel, "lost")
    ticket = refunded(desk, order)
    assert (ticket.status, ticket.alerts) == ("completed", [])
    report(parcel, "delivered")
    return fresh(ticket)


# --- when it is raised ----------------------------------------------------------------------------------


def test_a_lost_parcel_that_arrives_after_the_refund_raises_it_once(desk: Desk) -> None:
    ticket = came_late(desk)
    assert ticket.alerts == ALERT
    row = ticket.history().latest("sequence")
    assert (row.action, row.actor_kind, row.source, row.target) == (
        "deliver_after_refund", "courier", "completed", "completed",
    )  # fmt: skip
    report(ticket.order.parcels.get(), "delivered", now=NOW + DAY)  # couriers report twice
    assert ticket.history().filter(action="deliver_after_refund").count() == 1
    assert Refund.objects.count() == 1  # nothing is taken back


def test_also_while_the_refund_is_on_its_way(desk: Desk) -> None:
    order = shipped(desk)
    report(order.parcels.get(), "lost")
    ticket = desk.approve(desk.apply(Order.objects.get(pk=order.pk), "refund_only", "not_received"))
    report(order.parcels.get(), "delivered")
    assert (fresh(ticket).status, fresh(ticket).alerts) == ("pending_refund", ALERT)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.alerts) == ("completed", ALERT)


@pytest.mark.parametrize("type_", ["exchange", "repair", "reissue"])
@pytest.mark.parametrize("said", ["lost", "missing"])
def test_a_replacement_that_became_a_refund_and_arrives(desk: Desk, type_: str, said: str) -> None:
    ticket = sent(desk, type_)
    if said == "lost":
        scan(ticket, "lost", NOW + DAY)
    else:
        services.not_arrived(ticket, actor=desk.buyer, now=NOW + DAY)
    to = "refund_only" if type_ == "reissue" else "return_refund"
    ticket = services.convert(fresh(ticket), to=to, actor=desk.merchant, now=NOW + DAY)
    assert ticket.status == "pending_refund"
    scan(ticket, "delivered", NOW + 2 * DAY)
    assert desk.pay_out(ticket).alerts == ALERT


def test_a_bare_word_is_no_proof_and_the_scan_after_it_is(desk: Desk) -> None:
    order = shipped(desk)
    ticket = refunded(desk, order)
    report(order.parcels.get(), "delivered", actor=desk.merchant)
    assert fresh(ticket).alerts == []
    report(order.parcels.get(), "delivered")
    assert fresh(ticket).alerts == ALERT


def test_the_receipt_by_the_clock_proves_nothing(desk: Desk) -> None:
    order = shipped(desk)
    ticket = refunded(desk, order, quantity=1)
    assert sweeps.confirm_receipts(NOW + 60 * DAY).done == 1
    assert order.parcels.get().status == "delivered"
    assert fresh(ticket).alerts == []


@pytest.mark.parametrize("arrives", ["the lost one", "the other"])
def test_only_for_units_that_were_refunded(desk: Desk, arrives: str) -> None:
    """Two parcels of one line, one is lost and refunded. The other arrives, which nobody is surprised by."""
    order = desk.world.place_order(lines=[("TEE", "99.00", 2)])
    line = order.lines.get().pk
    for _ in range(2):
        shipped(desk, order, [{"line_id": line, "quantity": 1}])
    gone, other = order.parcels.order_by("pk")
    report(gone, "lost")
    ticket = refunded(desk, order, quantity=1)
    report(other, "delivered")
    assert fresh(ticket).alerts == []
    if arrives == "the lost one":
        report(gone, "delivered")
        assert fresh(ticket).alerts == ALERT


def test_neither_for_a_claim_nor_for_what_was_never_sent_nor_before_the_decision(desk: Desk) -> None:
    claim, review = shipped(desk), shipped(desk)
    money = desk.apply(claim, "refund_only", "compensation", claimed_amount=Decimal(5), received=False)
    money = desk.pay_out(desk.approve(money))
    asked = desk.apply(review, "refund_only", "not_received")
    part = desk.world.place_order(lines=[("TEE", "99.00", 2)])
    unsent = desk.pay_out(desk.apply(part, "refund_only", "dont_want", quantity=1))
    shipped(desk, part, [{"line_id": part.lines.get().pk, "quantity": 1}])
    for order in (claim, review, part):
        report(order.parcels.get(), "delivered")
    assert [fresh(ticket).alerts for ticket in (money, asked, unsent)] == [[], [], []]


def test_an_order_without_tickets_reads_nothing_of_them(desk: Desk, django_assert_max_num_queries: Any) -> None:
    parcel = shipped(desk).parcels.get()
    with django_assert_max_num_queries(20):  # as in logistics/tests/test_report.py
        report(parcel, "delivered")


# --- to do, and what ends it ----------------------------------------------------------------------------


def test_it_is_to_do_until_the_shop_notes_what_was_agreed(desk: Desk) -> None:
    ticket = came_late(desk)
    rows = Ticket.objects.all()
    assert worklist.counts(rows)["delivered_after_refund"] == 1
    assert tiles.waiting(rows, ["delivered_after_refund"], 0, NOW)["delivered_after_refund"].tickets == 1
    assert worklist.todo_of(ticket) == "delivered_after_refund"
    step = pending_action(ticket, NOW)
    assert step is not None
    assert "agree with the buyer" in step.text
    for actor in (desk.buyer, desk.support):
        with pytest.raises(Forbidden):
            services.agree_on_delivery(ticket, note="x", actor=actor, now=NOW)
    with pytest.raises(Invalid) as refused:
        services.agree_on_delivery(ticket, note=" ", actor=desk.merchant, now=NOW)
    assert list(refused.value.errors or {}) == ["note"]
    ticket = services.agree_on_delivery(ticket, note="Kept and paid for", actor=desk.merchant, now=NOW + DAY)
    assert (ticket.alerts, ticket.status, ticket.refunded_amount) == ([], "completed", ticket.approved_amount)
    row = ticket.history().latest("sequence")
    assert (row.action, row.note, row.actor_kind) == ("agree_on_delivery", "Kept and paid for", "merchant")
    assert worklist.counts(rows)["delivered_after_refund"] == 0
    assert (worklist.todo_of(ticket), pending_action(ticket, NOW)) == ("", None)
    with pytest.raises(IllegalTransition):  # once
        services.agree_on_delivery(ticket, note="x", actor=desk.merchant, now=NOW)


def test_by_the_api(desk: Desk, api: Login) -> None:
    ticket = came_late(desk)
    address = f"/api/v1/tickets/{ticket.ticket_no}/"
    listed = api("mei").get("/api/v1/tickets/?alert=delivered_after_refund").json()["results"]
    assert [row["ticket_no"] for row in listed] == [ticket.ticket_no]
    seen = api("mei").get(address).json()
    assert [alert["code"] for alert in seen["alerts"]] == ALERT
    assert "agree-on-delivery" in seen["allowed_actions"]
    assert "agree-on-delivery" not in api("alice").get(address).json()["allowed_actions"]
    assert api("mei").post(f"{address}agree-on-delivery/", {}, format="json").status_code == 400
    answer = api("mei").post(f"{address}agree-on-delivery/", {"note": "Sent back by post"}, format="json")
    assert (answer.status_code, answer.json()["alerts"]) == (200, [])
    assert answer.json()["timeline"][-1]["note"] == "Sent back by post"


def test_at_the_desk(desk: Desk, sit: Sit, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    ticket = came_late(desk)
    mei = sit("mei")
    home = text(mei.get(reverse("admin:index")))
    assert "todo=delivered_after_refund" in home
    assert ticket.ticket_no in text(mei.get(listing(Ticket, "?todo=delivered_after_refund")))
    assert ticket.ticket_no in text(mei.get(listing(Ticket, "?alert=delivered_after_refund")))
    shown = text(mei.get(page(ticket)))
    assert "Note what was agreed" in shown
    assert mei.post(page(ticket, "agree_on_delivery"), {"note": "Kept and paid for"}).status_code == 302
    assert "Kept and paid for" in text(mei.get(page(ticket)))
    assert "Kept and paid for" in text(sit("alice").get(reverse("ticket", args=[ticket.ticket_no])))


def test_the_database_knows_it(desk: Desk) -> None:
    ticket = desk.apply(desk.world.delivered())
    with undone(), pytest.raises(IntegrityError, match="ticket_came_after_its_refund"):
        Ticket.objects.filter(pk=ticket.pk).update(alerts=ALERT)


# --- goods twice, or goods and a refund that is not decided -----------------------------------------------------


def remarks(order_id: int) -> list[tuple[str, str]]:
    return list(Order.objects.get(pk=order_id).notes.filter(code="arrived_after_all").values_list("code", "flag"))


ONE = [("arrived_after_all", "red")]


def test_what_was_resent_arrives_after_all(desk: Desk) -> None:
    order = shipped(desk)
    parcel = order.parcels.get()
    report(parcel, "lost")
    logistics.ship(order, courier="sf", tracking_no="SF8", replaces=parcel.pk, actor=desk.merchant, now=NOW)
    report(parcel, "delivered")
    report(parcel, "delivered")
    assert remarks(order.pk) == ONE
    report(Parcel.objects.get(replaces=parcel), "delivered")
    assert remarks(order.pk) == ONE, "that one was awaited"


def test_the_first_of_two_replacements_arrives_after_all(desk: Desk) -> None:
    ticket = sent(desk)
    first = ticket.replacement_parcel
    assert first is not None
    scan(ticket, "lost", NOW + DAY)
    ticket = desk.reship(fresh(ticket), tracking_no="SF8")
    report(first, "delivered", now=NOW + 2 * DAY)
    assert remarks(ticket.order_id) == ONE
    assert fresh(ticket).status == "reshipped"


def test_a_replacement_arrives_while_the_refund_instead_of_it_is_reviewed(desk: Desk) -> None:
    """E-6: a person decides, and reads it on the order."""
    order = desk.world.delivered()
    ticket = services.approve(desk.apply(order, "reissue", "missing"), actor=CLOCK, now=NOW)
    ticket = desk.reship(ticket)
    parcel = ticket.replacement_parcel
    assert parcel is not None
    report(parcel, "lost")
    ticket = fresh(ticket)
    ticket = services.convert(ticket, to="refund_only", actor=desk.merchant, now=NOW)
    report(parcel, "delivered")
    assert ticket.status == "pending_review"
    assert remarks(ticket.order_id) == ONE
