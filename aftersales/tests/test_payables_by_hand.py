"""A payable paid by hand: the buyer reads the proof and may object, support rules, and money goes exactly once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.db.models import Sum

from accounts.models import Membership
from aftersales import audit, services
from aftersales.models import Evidence, Ticket, TicketPayable
from aftersales.selectors import worklist
from kernel.actors import Actor
from kernel.errors import Forbidden, IllegalTransition, Invalid
from kernel.machine import advance
from refunds import services as refunds
from refunds.ledger.entry import LedgerEntry
from refunds.models import Payable, Refund
from refunds.payables import services as payables
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.world import DAY, NOW, SECOND, World

from .desk_api import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def owed(desk: Desk, ticket: Ticket | None = None, amount: str = "20.00", **more: Any) -> Payable:
    """Approved by mei."""
    facts = {"kind": "goodwill", "amount": Decimal(amount), "ground": "Too late", **more}
    ticket = ticket or desk.apply(desk.world.completed(), "refund_only", "dont_want")
    row = services.create_payable(ticket, actor=desk.support, now=NOW, **facts)
    by = desk.merchant if Decimal(amount) < 198 else desk.world.actor("song")
    return services.approve_payable(row, actor=by, now=NOW)


def pay(desk: Desk, row: Payable, name: str = "song", now: datetime = NOW, **more: Any) -> Payable:
    row = Payable.objects.get(pk=row.pk)
    return services.pay_payable(row, proof="slip 7", actor=desk.world.actor(name), now=now, **more)


def ticket_of(row: Payable) -> Ticket:
    return Ticket.objects.get(ticket_payables__payable_id=row.pk)


def objected(desk: Desk, row: Payable, now: datetime = NOW, **more: Any) -> Ticket:
    return services.object_to(ticket_of(row), note="Nothing came", actor=desk.buyer, now=now, **more)


def rule(desk: Desk, row: Payable, void: bool, name: str = "sun", now: datetime = NOW, **more: Any) -> Ticket:
    actor = desk.world.actor(name)
    return services.rule_settlement(ticket_of(row), void=void, note="Looked at", actor=actor, now=now, **more)


def balance(account: str) -> float:
    rows = LedgerEntry.objects.filter(about="payable")
    sums = [rows.filter(**{side: account}).aggregate(sum=Sum("amount"))["sum"] or 0 for side in ("debit", "credit")]
    return float(sums[0] - sums[1])


# --- the objection ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "possible"), [(7 * DAY - SECOND, True), (7 * DAY, False), (7 * DAY + SECOND, False)])
def test_seven_days_from_the_payment(desk: Desk, after: timedelta, possible: bool) -> None:
    row, now = pay(desk, owed(desk)), NOW + after
    assert ("object" in services.allowed_actions(ticket_of(row), desk.buyer, now=now)) is possible
    if possible:
        assert objected(desk, row, now).settlement_objected_at == now
        return
    with pytest.raises(IllegalTransition):
        objected(desk, row, now)


@pytest.mark.parametrize("status", ["pending", "approved", "cancelled"])
def test_only_what_was_paid(desk: Desk, status: str) -> None:
    row = owed(desk)
    if status == "cancelled":
        payables.cancel(row, note="No", actor=desk.merchant, now=NOW)
    if status == "pending":
        row = services.create_payable(
            ticket_of(row), kind="compensation", amount=Decimal(1), ground="Late", actor=desk.merchant, now=NOW
        )
    assert "object" not in services.allowed_actions(ticket_of(row), desk.buyer, now=NOW)
    with pytest.raises(IllegalTransition):
        objected(desk, row)


def test_what_the_channel_paid_is_its_own_word(desk: Desk) -> None:
    row, song, gateway = owed(desk), desk.world.actor("song"), Actor("gateway", "alipay")
    moved = advance(row.transfer, actor=song, now=NOW, user_id=song.user_id, transfer_no="TF-1")
    paid = advance(moved.transfer_arrived, actor=gateway, now=NOW, channel="alipay", proof="A-1")
    assert "object" not in services.allowed_actions(ticket_of(row), desk.buyer, now=NOW)
    with pytest.raises(IllegalTransition):
        payables.void_settlement(paid, note="No", actor=desk.support, now=NOW)


def test_what_a_courier_paid_the_shop_is_not_the_buyers(desk: Desk) -> None:
    row = owed(desk, kind="courier_claim")
    with pytest.raises(Invalid) as refusal:
        pay(desk, row, evidence=[desk.photo(desk.world.song.pk)])
    assert "evidence" in (refusal.value.errors or {})
    row = pay(desk, row)
    assert ticket_of(row).by_hand_at is None
    assert "object" not in services.allowed_actions(ticket_of(row), desk.buyer, now=NOW)


def test_an_objection_pays_nothing_and_waits_for_support(desk: Desk) -> None:
    row = pay(desk, owed(desk))
    ticket = objected(desk, row)
    assert (ticket.alerts, ticket.by_hand_at) == (["settlement_disputed"], None)
    told = ticket.history().latest("sequence")
    assert (told.action, told.note, told.data["payables"]) == ("object", "Nothing came", [row.payable_no])
    assert Payable.objects.get(pk=row.pk).status == "paid"
    assert worklist.counts(Ticket.objects.all())["disputed"] == 1
    assert list(audit.run()) == []
    with pytest.raises(IllegalTransition):  # once
        objected(desk, row)


# --- the ruling ---------------------------------------------------------------------------------------------


def test_it_counts(desk: Desk) -> None:
    row = pay(desk, owed(desk))
    objected(desk, row)
    ticket = rule(desk, row, void=False)
    assert (ticket.alerts, ticket.by_hand_at, ticket.settlement_objected_at) == ([], None, None)
    assert (Payable.objects.get(pk=row.pk).status, TicketPayable.objects.get().ruled_at) == ("paid", NOW)
    assert (balance("cash"), balance("payables"), balance("goodwill")) == (-20, 0, 20)
    assert list(audit.run()) == []
    for again in (lambda: objected(desk, row), lambda: rule(desk, row, void=True)):
        with pytest.raises(IllegalTransition):
            again()


def test_it_is_void_and_paid_once_more_by_two(desk: Desk) -> None:
    row, later = pay(desk, owed(desk)), NOW + 3 * DAY
    objected(desk, row)
    rule(desk, row, void=True, now=later)
    row = Payable.objects.get(pk=row.pk)
    assert (row.status, row.proof, row.paid_by, row.paid_at) == ("approved", "", None, None)
    assert (row.voided_at, row.due_at, row.approved_by) == (later, later + 7 * DAY, desk.merchant.user_id)
    assert (balance("cash"), balance("payables"), balance("goodwill")) == (0, -20, 20)
    last = LedgerEntry.objects.latest("id")
    assert (last.kind, last.debit, last.credit, last.at) == ("voided", "cash", "payables", later)
    assert list(audit.run()) == []
    with pytest.raises(Forbidden):  # who approved it is not the second person now either
        pay(desk, row, "mei")
    row = pay(desk, row, now=later)
    assert (balance("cash"), balance("payables")) == (-20, 0)
    # Its new proof may be objected to as well.
    assert "object" in services.allowed_actions(ticket_of(row), desk.buyer, now=later + 7 * DAY - SECOND)
    assert list(audit.run()) == []


def test_what_support_found_unpaid_only_support_gives_up(desk: Desk) -> None:
    row = pay(desk, owed(desk))
    objected(desk, row)
    rule(desk, row, void=True)
    row = Payable.objects.get(pk=row.pk)
    assert [payables.allowed_actions(row, actor, payer=False) for actor in (desk.merchant, desk.support)] == [
        [], ["cancel"],
    ]  # fmt: skip
    with pytest.raises(Forbidden, match="Only support"):
        payables.cancel(row, note="No", actor=desk.merchant, now=NOW)
    payables.cancel(row, note="The buyer was given a voucher", actor=desk.support, now=NOW)
    assert (balance("cash"), balance("payables"), balance("goodwill")) == (0, 0, 0)


def test_limit_and_ceiling_count_it_once(desk: Desk) -> None:
    Membership.objects.filter(user=desk.world.mei).update(daily_limit=Decimal(100))
    desk.world.mei.__dict__.pop("_memberships", None)
    desk.merchant = desk.world.actor("mei")
    row = pay(desk, owed(desk, amount="99.00"))
    objected(desk, row)
    rule(desk, row, void=True)
    pay(desk, row)
    owed(desk, ticket_of(row), "1.00", key="b")  # up to her limit
    with pytest.raises(Forbidden):
        owed(desk, ticket_of(row), "0.01", key="c")
    song = desk.world.actor("song")
    rest = services.create_payable(
        ticket_of(row), kind="goodwill", amount=Decimal(98), key="d", ground="Late", actor=desk.merchant, now=NOW
    )
    services.approve_payable(rest, actor=song, now=NOW)
    with pytest.raises(Forbidden, match="more than they paid"):  # 198.00 in all
        services.create_payable(
            ticket_of(row), kind="goodwill", amount=Decimal("0.01"), key="e", ground="L", actor=desk.merchant, now=NOW
        )


@pytest.mark.parametrize("name", ["alice", "mei", "wen", "oms"])
def test_only_support_rules(desk: Desk, name: str) -> None:
    row = pay(desk, owed(desk))
    objected(desk, row)
    with pytest.raises(Forbidden):
        rule(desk, row, void=True, name=name)


@pytest.mark.parametrize("void", [True, False])
def test_nobody_rules_on_what_they_paid(desk: Desk, void: bool) -> None:
    row = pay(desk, owed(desk))
    ticket = objected(desk, row)
    assert "rule-settlement" not in services.allowed_actions(ticket, desk.world.actor("song"), now=NOW)
    with pytest.raises(Forbidden, match="yourself"):
        rule(desk, row, void=void, name="song")


@pytest.mark.parametrize(("amount", "possible"), [("1000.00", True), ("1000.01", False)])
def test_above_a_thousand_a_supervisor(desk: Desk, amount: str, possible: bool) -> None:
    row = services.create_payable(
        desk.apply(desk.world.completed(), "refund_only", "dont_want"),
        kind="compensation", amount=Decimal(amount), ground="Injury", actor=desk.support, now=NOW,
    )  # fmt: skip
    row = pay(desk, services.approve_payable(row, actor=desk.support, now=NOW), "song")
    objected(desk, row)
    with pytest.raises(Forbidden, match="yourself"):
        rule(desk, row, void=True)  # sun has approved it
    Payable.objects.filter(pk=row.pk).update(approved_by=desk.merchant.user_id)
    if possible:
        assert rule(desk, row, void=True).alerts == []
        return
    with pytest.raises(Forbidden, match="supervisor"):
        rule(desk, row, void=True)
    assert rule(desk, row, void=False).alerts == []


# --- beside others ------------------------------------------------------------------------------------------


def both(desk: Desk) -> tuple[Refund, Payable]:
    """A refund and a payable of one ticket, both paid by hand."""
    order = desk.world.place_order(lines=[("TEE", "99.00", 1)], payments=[("FAIL-1", "99.00")])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    refund = Refund.objects.select_related("payment").get()
    for name in ("mei", "song"):
        refunds.settle_by_hand(refund, proof="slip 1", actor=desk.world.actor(name), now=NOW)
    return refund, pay(desk, owed(desk, ticket))


def test_of_two_the_one_that_did_not_come(desk: Desk) -> None:
    """Void is what support says of each: nobody is paid twice because of the other."""
    _refund, row = both(desk)
    ticket = objected(desk, row, settlements=[row.payable_no])
    assert (ticket.settlement_objected_at, ticket.by_hand_at) == (NOW, NOW)
    with pytest.raises(Invalid):
        objected(desk, row, settlements=[row.payable_no])
    ticket = objected(desk, row, NOW + DAY)  # the other one, while support looks at the first
    assert (ticket.settlement_objected_at, ticket.by_hand_at, ticket.alerts) == (NOW, None, ["settlement_disputed"])
    with pytest.raises(Invalid):
        rule(desk, row, void=True, settlements=["RF-0"])
    ticket = rule(desk, row, void=True, settlements=[row.payable_no], now=NOW + DAY)
    assert (ticket.settlement_objected_at, ticket.alerts) == (NOW + DAY, ["settlement_disputed"])
    assert (Payable.objects.get().status, Refund.objects.get().status) == ("approved", "succeeded")
    assert ticket.refunded_amount == 99
    ticket = rule(desk, row, void=False, now=NOW + DAY)
    assert (ticket.settlement_objected_at, ticket.alerts, ticket.refunded_amount) == (None, [], 99)
    assert list(audit.run()) == []


def test_without_numbers_both(desk: Desk) -> None:
    _refund, row = both(desk)
    objected(desk, row)
    ticket = rule(desk, row, void=True)
    assert (Payable.objects.get().status, Refund.objects.get().status) == ("approved", "failed")
    assert (ticket.alerts, ticket.refunded_amount) == (["refund_failed"], 0)
    assert list(audit.run()) == []


def test_each_has_days_of_its_own(desk: Desk) -> None:
    _refund, row = both(desk)
    late = NOW + 5 * DAY
    second = pay(desk, owed(desk, ticket_of(row), "5.00", kind="compensation"), now=late)
    objected(desk, row, NOW + 7 * DAY)
    assert list(TicketPayable.objects.filter(objected_at__isnull=False).values_list("payable_id", flat=True)) == [
        second.pk
    ]


# --- entry points -------------------------------------------------------------------------------------------


def test_over_the_api(desk: Desk, api: Login, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    row = owed(desk)
    file = str(desk.photo(desk.world.song.pk))
    there, ticket_at = f"/api/v1/payables/{row.payable_no}/", f"/api/v1/tickets/{ticket_of(row).ticket_no}/"
    bad = api("song").post(f"{there}pay/", {"proof": "slip 7", "evidence": [str(desk.photo())]}, format="json")
    assert (bad.status_code, Payable.objects.get().status) == (400, "approved")
    paid = api("song").post(f"{there}pay/", {"proof": "slip 7", "evidence": [file]}, format="json").json()
    assert [each["id"] for each in paid["settlement"]["evidence"]] == [file]
    (told,) = api("alice").get(ticket_at).json()["payables"]
    assert (told["settlement"]["proof"], told["settlement"]["objected_at"]) == ("slip 7", None)
    assert datetime.fromisoformat(told["settlement"]["object_until"]) == NOW + 7 * DAY
    # As all evidence: the parties read the file, others find nothing.
    url = told["settlement"]["evidence"][0]["url"]
    assert [api(name).get(url).status_code for name in ("alice", "sun", "bob")] == [200, 200, 404]
    body: dict[str, Any] = {"note": "Nothing came", "settlements": [row.payable_no]}
    answer = api("alice").post(f"{ticket_at}object/", body, format="json").json()
    assert answer["payables"][0]["settlement"]["objected_at"] is not None
    wrong = api("alice").post(f"{ticket_at}object/", body, format="json")
    assert wrong.status_code == 409
    assert "rule-settlement" in api("sun").get(ticket_at).json()["allowed_actions"]
    body = {"void": True, "note": "No such transfer", "settlements": [row.payable_no]}
    assert api("mei").post(f"{ticket_at}rule-settlement/", body, format="json").status_code == 403
    ruled = api("sun").post(f"{ticket_at}rule-settlement/", body, format="json").json()
    (told,) = ruled["payables"]
    assert (told["status"], told["settlement"], told["voided_at"] is not None) == ("approved", None, True)
    assert "it hadn't arrived" in told["text"]
    assert api("mei").get(there).json()["allowed_actions"] == []
    assert "pay" in api("song").get(there).json()["allowed_actions"]


def test_the_list_reads_the_files_at_once(
    desk: Desk, api: Login, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(4):
        pay(desk, owed(desk), evidence=[desk.photo(desk.world.song.pk)])
    client = api("mei")
    client.get("/api/v1/payables/")
    with django_assert_max_num_queries(9):
        rows = client.get("/api/v1/payables/").json()["results"]
    assert [len(row["settlement"]["evidence"]) for row in rows] == [1] * 4


def test_on_the_buyers_page_and_at_the_desk(desk: Desk, sit: Sit, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    row = owed(desk)
    ticket = ticket_of(row)
    url = f"/tickets/{ticket.ticket_no}/"
    assert "I didn't get the money" not in text(sit("alice").get(url))
    photo = SimpleUploadedFile("slip.jpg", picture(), "image/jpeg")
    assert sit("song").post(page(row, "pay"), {"proof": "slip 7", "note": "", "photos": [photo]}).status_code == 302
    (file,) = TicketPayable.objects.get().proof_files
    assert Evidence.objects.get(pk=file).kind == "payment"
    assert "proof of payment 1</a>" in text(sit("mei").get(page(row)))
    shown = text(sit("alice").get(url))
    for part in ("Proof: slip 7", "I didn't get the money", "you can report it until"):
        assert part in shown, part
    assert "What didn't arrive?" not in shown  # there is one
    sent = sit("alice").post(f"{url}object/", {"note": "Nothing came", "about": "settlement"})
    assert sent.status_code == 302
    shown = text(sit("alice").get(url))
    assert "Support is checking the payment" in shown
    assert "The buyer objects" in text(sit("mei").get(page(row)))
    panel = text(sit("sun").get(page(ticket))).split('id="settlement"')[1].split("</section>")[0]
    for part in ("slip 7", row.payable_no, "approved by: mei", "paid by: song", "Nothing came", "disputed"):
        assert part in panel, part
    assert sit("sun").post(page(ticket, "rule_settlement"), {"void": "on", "note": "No transfer"}).status_code == 302
    assert "hadn't arrived" in text(sit("alice").get(url))


def test_of_several_the_buyer_and_support_choose(desk: Desk, sit: Sit, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    refund, row = both(desk)
    ticket = ticket_of(row)
    url = f"/tickets/{ticket.ticket_no}/"
    shown = text(sit("alice").get(f"{url}object/"))
    for part in ("What didn't arrive?", "slip 1", "slip 7"):
        assert part in shown, part
    body: dict[str, Any] = {"note": "Nothing came", "about": "settlement"}
    missed = sit("alice").post(f"{url}object/", body)
    assert (missed.status_code, "Choose what didn't arrive." in text(missed)) == (400, True)
    both_numbers = [refund.refund_no, row.payable_no]
    assert sit("alice").post(f"{url}object/", body | {"settlements": both_numbers}).status_code == 302
    there = page(ticket, "rule_settlement")
    assert row.payable_no in text(sit("sun").get(there))
    sent = {"void": "on", "note": "No transfer", "settlements": [row.payable_no]}
    assert sit("sun").post(there, sent).status_code == 302
    assert (Payable.objects.get().status, Refund.objects.get().status) == ("approved", "succeeded")
    assert Ticket.objects.get(pk=ticket.pk).settlement_objected_at is not None


def test_the_database_keeps_objection_and_payment_together(desk: Desk) -> None:
    owed(desk)
    with pytest.raises(IntegrityError, match="ticket_payable_objects_to_a_settlement"):
        TicketPayable.objects.update(objected_at=NOW)


# --- at once ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_rulings_objections_and_payments_at_once(desk: Desk) -> None:
    row = owed(desk)
    assert sorted(race(*[partial(pay, desk, row)] * 4)) == ["illegal_transition"] * 3 + ["ok"]
    assert sorted(race(*[partial(objected, desk, row)] * 4)) == ["illegal_transition"] * 3 + ["ok"]
    confirms, voids = [partial(rule, desk, row, void=False)] * 3, [partial(rule, desk, row, void=True)] * 3
    answers = race(*confirms, *voids, partial(objected, desk, row), partial(pay, desk, row, now=NOW + DAY))
    # The money is owed or paid once, whoever came first; a payment is possible only after it was void.
    row = Payable.objects.get(pk=row.pk)
    assert answers[:6].count("ok") == 1, answers
    assert (row.status == "approved") is ("ok" in answers[3:6] and answers[7] != "ok")
    assert answers[7] != "ok" or (row.voided_at is not None and row.paid_at == NOW + DAY)
    assert balance("cash") == (-20 if row.status == "paid" else 0)
    assert list(audit.run()) == []
