"""A refund settled by hand: the buyer reads the proof and may object, support rules, and money goes exactly once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales import audit, services
from aftersales.models import Evidence, Ticket, TicketRefund
from aftersales.selectors import worklist
from kernel.errors import Forbidden, IllegalTransition, Invalid
from orders.models import Order, Payment
from refunds import services as refunds
from refunds.machine import Status as RefundStatus
from refunds.models import Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import DAY, NOW, SECOND, World

from . import books
from .desk_api import picture

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def refused(desk: Desk, *payments: tuple[str, str], **data: Any) -> Ticket:
    """Approved, and the channel has refused to pay."""
    rows = list(payments or [("FAIL-1", "99.00")])
    total = str(sum((D(amount) for _number, amount in rows), D(0)))
    order = desk.world.place_order(lines=[("TEE", total, 1)], payments=rows, **data)
    return desk.pay_out(desk.apply(order, "refund_only", "dont_want"))


def by_hand(
    desk: Desk, refund: Refund, *, now: datetime = NOW, first: str = "mei", second: str = "song", **more: Any
) -> None:
    refund = Refund.objects.select_related("payment").get(pk=refund.pk)
    for name in (first, second):
        actor = desk.world.actor(name)
        refunds.settle_by_hand(refund, proof="bank slip 42", actor=actor, now=now, **more)
        more = {}


def settled(desk: Desk, **data: Any) -> Ticket:
    ticket = refused(desk, **data)
    by_hand(desk, ticket.refunds.get())
    return Ticket.objects.get(pk=ticket.pk)


def objected(desk: Desk, ticket: Ticket, now: datetime = NOW) -> Ticket:
    return services.object_to(ticket, note="Nothing came", actor=desk.buyer, now=now)


def rule(desk: Desk, ticket: Ticket, void: bool, name: str = "sun", now: datetime = NOW) -> Ticket:
    return services.rule_settlement(ticket, void=void, note="Looked at", actor=desk.world.actor(name), now=now)


# --- what the buyer reads -------------------------------------------------------------------------------


def test_the_buyer_reads_what_really_happened(desk: Desk, api: Login) -> None:
    ticket = refused(desk)
    file = desk.photo(desk.merchant.user_id)
    by_hand(desk, ticket.refunds.get(), evidence=[file])
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    (refund,) = answer["refunds"]
    assert (answer["status"], answer["refunded_amount"], refund["status"]) == ("completed", "99.00", "succeeded")
    told = refund["settlement"]
    assert [told["proof"], told["objected_at"], told["ruled_at"]] == ["bank slip 42", None, None]
    assert datetime.fromisoformat(told["object_until"]) == NOW + 7 * DAY
    assert [each["id"] for each in told["evidence"]] == [str(file)]
    assert refund["expected_at"] is None
    assert refund["expected_text"].endswith("not through the payment channel. Proof: bank slip 42")
    row = api("alice").get(f"/api/v1/refunds/{refund['refund_no']}/").json()
    assert (row["settled_by_hand"], row["proof"]) == (True, "bank slip 42")
    # As all evidence: the parties read the file, others find nothing.
    assert api("alice").get(told["evidence"][0]["url"]).status_code == 200
    assert api("bob").get(told["evidence"][0]["url"]).status_code == 404


def test_a_proposal_is_not_yet_for_the_buyer(desk: Desk, api: Login) -> None:
    ticket = refused(desk)
    refund = ticket.refunds.get()
    refunds.settle_by_hand(refund, proof="bank slip 42", actor=desk.merchant, now=NOW)
    address = f"/api/v1/refunds/{refund.refund_no}/"
    assert [api(name).get(address).json()["proof"] for name in ("alice", "mei")] == ["", "bank slip 42"]
    assert api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["refunds"][0]["settlement"] is None
    with pytest.raises(IllegalTransition):
        objected(desk, ticket)


def test_a_proof_is_an_upload_of_ones_own(desk: Desk) -> None:
    refund = refused(desk).refunds.get()
    with pytest.raises(Invalid):
        refunds.settle_by_hand(refund, proof="x", evidence=[desk.photo()], actor=desk.merchant, now=NOW)
    assert Refund.objects.get(pk=refund.pk).proposed_by is None
    file = desk.photo(desk.merchant.user_id)
    refunds.settle_by_hand(refund, proof="x", evidence=[file], actor=desk.merchant, now=NOW)
    assert TicketRefund.objects.get(refund=refund).proof_files == [str(file)]


# --- the objection --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "possible"), [(7 * DAY - SECOND, True), (7 * DAY, False), (7 * DAY + SECOND, False)])
def test_seven_days_from_the_settlement(desk: Desk, after: timedelta, possible: bool) -> None:
    ticket, now = settled(desk), NOW + after
    assert ("object" in services.allowed_actions(ticket, desk.buyer, now=now)) is possible
    if possible:
        assert objected(desk, ticket, now).settlement_objected_at == now
        return
    with pytest.raises(IllegalTransition):
        objected(desk, ticket, now)


def test_an_objection_pays_nothing_and_waits_for_support(desk: Desk) -> None:
    ticket = objected(desk, settled(desk))
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("completed", ["settlement_disputed"], 99)
    told = ticket.history().latest("sequence")
    assert (told.action, told.note, told.data["about"]) == ("object", "Nothing came", "settlement")
    assert Payment.objects.get().refunded == 99
    assert worklist.counts(Ticket.objects.all())["disputed"] == 1
    books.check(ticket.order)
    assert list(audit.run()) == []
    with pytest.raises(IllegalTransition):  # once
        objected(desk, ticket)


def test_what_the_channel_paid_is_not_objected_to(desk: Desk) -> None:
    ticket = desk.pay_out(desk.apply(desk.world.place_order(), "refund_only", "dont_want"))
    assert ticket.status == "completed"
    assert "object" not in services.allowed_actions(ticket, desk.buyer, now=NOW)


def test_it_counts(desk: Desk) -> None:
    ticket = rule(desk, objected(desk, settled(desk)), void=False)
    assert (ticket.status, ticket.alerts, ticket.by_hand_at) == ("completed", [], None)
    assert TicketRefund.objects.get().ruled_at == NOW
    assert Payment.objects.get().refunded == 99
    books.check(ticket.order)
    assert list(audit.run()) == []
    for again in (lambda: objected(desk, ticket), lambda: rule(desk, ticket, void=True)):
        with pytest.raises(IllegalTransition):
            again()


def test_it_is_void_and_paid_another_way(desk: Desk) -> None:
    ticket = rule(desk, objected(desk, settled(desk)), void=True)
    refund = Refund.objects.get()
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("completed", ["refund_failed"], 0)
    assert (refund.status, refund.failure_reason, refund.proof) == (RefundStatus.FAILED, "settlement_void", "")
    assert (refund.proposed_by, refund.confirmed_by, Payment.objects.get().refunded) == (None, None, 0)
    books.check(ticket.order)
    assert list(audit.run()) == []
    # Nobody else can have it meanwhile: the units and their money stay used up.
    with pytest.raises(Exception, match=r"quantity|order|closed"):
        desk.apply(Order.objects.get(), "refund_only", "dont_want")
    by_hand(desk, refund, now=NOW + DAY)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.alerts, ticket.refunded_amount, ticket.by_hand_at) == ([], 99, NOW + DAY)
    assert Payment.objects.get().refunded == 99
    books.check(ticket.order)
    assert list(audit.run()) == []
    # The new proof may be objected to as well.
    assert "object" in services.allowed_actions(ticket, desk.buyer, now=NOW + DAY)


def test_it_is_void_and_the_channel_pays_after_all(desk: Desk) -> None:
    ticket = rule(desk, objected(desk, settled(desk)), void=True)
    Payment.objects.update(transaction_no="PAY-OK")
    refund = Refund.objects.select_related("payment").get()
    again = refunds.retry(refund, actor=desk.merchant, now=NOW)
    books.check(ticket.order)
    assert list(audit.run()) == []
    refunds.send(again.pk, now=NOW)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.alerts, ticket.refunded_amount) == ([], 99)
    assert Payment.objects.get().refunded == 99
    books.check(ticket.order)
    assert list(audit.run()) == []


def test_one_of_two_tenders(desk: Desk) -> None:
    """Objected to before the other has arrived: the ticket is not completed, and then is by what really came."""
    ticket = refused(desk, ("FAIL-A", "40.00"), ("FAIL-B", "60.00"))
    first, other = ticket.refunds.order_by("id")
    by_hand(desk, first)
    ticket = objected(desk, Ticket.objects.get(pk=ticket.pk))
    assert ticket.status == "pending_refund"
    by_hand(desk, other, now=NOW + DAY)
    assert Ticket.objects.get(pk=ticket.pk).status == "completed"
    ticket = rule(desk, ticket, void=True, now=NOW + DAY)
    # The other one was settled after the objection, and the buyer may still object to it.
    assert (ticket.refunded_amount, ticket.by_hand_at) == (60, NOW + DAY)
    books.check(ticket.order)
    assert list(audit.run()) == []
    by_hand(desk, first, now=NOW + 2 * DAY)
    assert Ticket.objects.get(pk=ticket.pk).refunded_amount == 100
    books.check(ticket.order)
    assert list(audit.run()) == []


def test_void_before_the_last_tender_arrived(desk: Desk) -> None:
    ticket = refused(desk, ("FAIL-A", "40.00"), ("FAIL-B", "60.00"))
    first, other = ticket.refunds.order_by("id")
    by_hand(desk, first)
    ticket = rule(desk, objected(desk, Ticket.objects.get(pk=ticket.pk)), void=True)
    assert (ticket.status, ticket.refunded_amount, ticket.alerts) == ("pending_refund", 0, ["refund_failed"])
    by_hand(desk, other)
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_refund"  # the first is still owed
    by_hand(desk, first)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.refunded_amount) == ("completed", 100)
    books.check(ticket.order)
    assert list(audit.run()) == []


# --- who rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "mei", "wen", "oms"])
def test_only_support_rules(desk: Desk, name: str) -> None:
    ticket = objected(desk, settled(desk))
    with pytest.raises(Forbidden):
        rule(desk, ticket, void=True, name=name)


@pytest.mark.parametrize(("first", "second", "by"), [("sun", "song", "sun"), ("mei", "song", "song")])
def test_nobody_rules_on_their_own_settlement(desk: Desk, first: str, second: str, by: str) -> None:
    ticket = refused(desk)
    by_hand(desk, ticket.refunds.get(), first=first, second=second)
    ticket = objected(desk, Ticket.objects.get(pk=ticket.pk))
    for void in (True, False):
        with pytest.raises(Forbidden, match="yourself"):
            rule(desk, ticket, void=void, name=by)


@pytest.mark.parametrize(("amount", "possible"), [("1000.00", True), ("1000.01", False)])
def test_above_a_thousand_a_supervisor(desk: Desk, amount: str, possible: bool) -> None:
    ticket = refused(desk, ("FAIL-1", amount))
    by_hand(desk, ticket.refunds.get(), second="song")
    ticket = objected(desk, Ticket.objects.get(pk=ticket.pk))
    if possible:
        assert rule(desk, ticket, void=True).refunded_amount == 0
        return
    with pytest.raises(Forbidden, match="supervisor"):
        rule(desk, ticket, void=True)
    assert rule(desk, ticket, void=False).refunded_amount == D(amount)


def test_a_word_is_needed(desk: Desk) -> None:
    ticket = settled(desk)
    with pytest.raises(Invalid):
        services.object_to(ticket, note=" ", actor=desk.buyer, now=NOW)
    ticket = objected(desk, ticket)
    with pytest.raises(Invalid):
        services.rule_settlement(ticket, void=True, note=" ", actor=desk.support, now=NOW)


# --- beside a note --------------------------------------------------------------------------------------


def test_the_settlement_first_then_the_note_or_as_said(desk: Desk) -> None:
    desk.world.revise_policy(consent="note")
    order = desk.world.completed(payments=[("FAIL-1", "198.00")])
    fee: dict[str, Any] = {"service_fee": D("8.00"), "service_fee_consent": True, "note": "On the phone"}
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "late"), **fee))
    by_hand(desk, ticket.refunds.get())
    ticket = Ticket.objects.get(pk=ticket.pk)
    by: dict[str, Any] = {"note": "No", "actor": desk.buyer, "now": NOW}
    with pytest.raises(IllegalTransition):
        services.object_to(ticket, about="nothing", **by)
    moved = services.object_to(ticket, **by)
    assert (moved.settlement_objected_at, moved.objected_at) == (NOW, None)
    moved = services.object_to(moved, about="note", **by)
    assert moved.objected_at == NOW
    books.check(order)
    assert list(audit.run()) == []


# --- entry points ---------------------------------------------------------------------------------------


def test_over_the_api(desk: Desk, api: Login, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    ticket = settled(desk)
    address = f"/api/v1/tickets/{ticket.ticket_no}/"
    answer = api("alice").post(f"{address}object/", {"note": "Nothing came"}, format="json").json()
    assert answer["refunds"][0]["settlement"]["objected_at"] is not None
    seen = api("sun").get(address).json()
    assert [alert["code"] for alert in seen["alerts"]] == ["settlement_disputed"]
    assert "rule-settlement" in seen["allowed_actions"]
    body = {"void": True, "note": "No such transfer"}
    assert api("mei").post(f"{address}rule-settlement/", body, format="json").status_code == 403
    ruled = api("sun").post(f"{address}rule-settlement/", body, format="json").json()
    assert (ruled["refunded_amount"], ruled["refunds"][0]["status"]) == ("0.00", "failed")
    shown = api("mei").get(f"/api/v1/refunds/{ruled['refunds'][0]['refund_no']}/").json()
    assert shown["failure_reason"].startswith("It was settled manually")


def test_at_the_desk_and_on_the_buyers_page(desk: Desk, sit: Sit, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    ticket = refused(desk)
    refund = ticket.refunds.get()
    by_hand(desk, refund, evidence=[desk.photo(desk.merchant.user_id)])
    url = reverse("ticket", args=[ticket.ticket_no])
    shown = text(sit("alice").get(url))
    assert "Proof: bank slip 42" in shown
    assert "I didn't get the money" in shown
    assert "photo 1</a>" in text(sit("mei").get(page(refund)))
    sent = sit("alice").post(f"{url}object/", {"note": "Nothing came", "about": "settlement"})
    assert sent.status_code == 302
    shown = text(sit("alice").get(url))
    assert "Platform support is looking into it" in shown
    assert "Support is checking the payment" in shown
    assert "as-hero--warn" in shown
    menu = text(sit("sun").get("/admin/aftersales/ticket/?todo=disputed"))
    assert ticket.ticket_no in menu
    assert "todo=disputed" in menu
    assert "todo=disputed" not in text(sit("mei").get("/admin/aftersales/ticket/"))
    assert sit("sun").post(page(ticket, "rule_settlement"), {"void": "on", "note": "No transfer"}).status_code == 302
    assert "could not" in text(sit("alice").get(url))


def test_support_rules_with_the_facts_before_it(desk: Desk, sit: Sit, api: Login, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    ticket = refused(desk)
    refund = ticket.refunds.get()
    by_hand(desk, refund, evidence=[desk.photo(desk.merchant.user_id)])
    objected(desk, Ticket.objects.get(pk=ticket.pk))

    def panel(name: str) -> str:
        return text(sit(name).get(page(ticket))).split('id="settlement"')[1].split("</section>")[0]

    for part in ("bank slip 42", refund.refund_no, "proposed by: mei", "confirmed by: song", "Nothing came", "photo 1"):
        assert part in panel("sun"), part
    form = page(ticket, "rule_settlement")
    assert form in panel("sun")
    assert form not in panel("song")
    assert "You settled this yourself" in panel("song")
    assert form not in panel("mei")
    there = f"/api/v1/tickets/{ticket.ticket_no}/"
    offered = [name for name in ("sun", "song") if "rule-settlement" in api(name).get(there).json()["allowed_actions"]]
    assert offered == ["sun"]
    rule(desk, Ticket.objects.get(pk=ticket.pk), void=False)
    assert form not in text(sit("sun").get(page(ticket)))


def test_files_of_a_proof_are_uploaded_at_the_desk(desk: Desk, sit: Sit) -> None:
    refund = refused(desk).refunds.get()
    body = {"proof": "slip", "note": "", "photos": [SimpleUploadedFile("slip.jpg", picture(), "image/jpeg")]}
    assert sit("mei").post(page(refund, "settle"), body).status_code == 302
    (file,) = TicketRefund.objects.get(refund=refund).proof_files
    assert Evidence.objects.get(pk=file).kind == "payment"


def test_the_database_keeps_objection_and_settlement_together(desk: Desk) -> None:
    ticket = refused(desk)
    with pytest.raises(IntegrityError, match="ticket_refund_objects_to_a_settlement"):
        TicketRefund.objects.filter(ticket=ticket).update(objected_at=NOW)


def test_a_list_asks_once_who_settled_what_buyers_object_to(desk: Desk, api: Login) -> None:
    for number in range(3):
        rows = [(f"FAIL-{number}", "99.00")]
        order = desk.world.place_order(lines=[("TEE", "99.00", 1)], payments=rows)
        ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
        by_hand(desk, ticket.refunds.get())
        objected(desk, Ticket.objects.get(pk=ticket.pk))
    client = api("song")
    with CaptureQueriesContext(connection) as statements:
        rows = client.get("/api/v1/tickets/").json()["results"]
    assert len(statements) == 5  # token, memberships, tickets, lines, who settled
    assert len(rows) == 3
    assert not any("rule-settlement" in row["allowed_actions"] for row in rows)
    rows = api("sun").get("/api/v1/tickets/").json()["results"]
    assert all("rule-settlement" in row["allowed_actions"] for row in rows)
