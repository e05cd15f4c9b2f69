"""Tickets of an order whose payer went to the bank: nothing is paid twice, and everybody reads where the money is."""

from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from aftersales import services
from aftersales.audit import run as audit
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.rules.facts import gather
from aftersales.selectors.pending_action import pending_action
from aftersales.services import approvable
from aftersales.wording.next_steps import next_steps
from kernel.errors import Conflict, NotEligible, OverRefund
from orders.models import Order
from orders.services import shippable
from refunds import services as refunds
from refunds.labels import held_text
from refunds.models import Chargeback, Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, World

from . import books
from .test_returned_refunds import bring_back

PAID = "198.00"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def charge_back(desk: Desk, order: Order, amount: str = PAID, status: str = "open", payment: int = 0) -> None:
    """`payment`: the how-manieth of the order."""
    refunds.record_chargeback(
        order,
        transaction_no=order.payments.order_by("pk")[payment].transaction_no,
        chargeback_no=f"CB-{payment + 1}",
        amount=Decimal(amount),
        status=status,
        actor=desk.integration,
        now=NOW,
    )


def cancelled(desk: Desk) -> Ticket:
    """A refund of what was not shipped: its refund is reserved."""
    return desk.apply(desk.world.place_order(), "refund_only", "dont_want")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def right(order: Order) -> None:
    assert list(audit()) == []


def test_a_full_refund_that_was_reserved_and_the_bank_pays(desk: Desk) -> None:
    ticket = cancelled(desk)
    charge_back(desk, ticket.order)
    assert (fresh(ticket).status, fresh(ticket).alerts) == ("pending_refund", ["chargeback_open"])
    desk.send_refunds()
    assert Refund.objects.get().status == "pending"
    charge_back(desk, ticket.order, status="lost")
    row = fresh(ticket)
    assert (row.status, row.refunded_amount, row.approved_amount) == ("completed", 0, Decimal(PAID))
    assert row.alerts == ["charged_back"]
    assert [h.action for h in row.history()][-2:] == ["charged_back", "settle"]
    assert Refund.objects.get().failure_reason == "charged_back"
    right(ticket.order)


def test_won_and_it_is_sent(desk: Desk) -> None:
    ticket = cancelled(desk)
    charge_back(desk, ticket.order)
    charge_back(desk, ticket.order, status="won")
    assert fresh(ticket).alerts == []
    row = desk.pay_out(ticket)
    assert (row.status, row.refunded_amount) == ("completed", Decimal(PAID))
    right(ticket.order)


def test_the_bank_pays_a_part_and_the_rest_is_refunded(desk: Desk) -> None:
    ticket = cancelled(desk)
    charge_back(desk, ticket.order, "50.00")
    charge_back(desk, ticket.order, "50.00", status="lost")
    assert fresh(ticket).status == "pending_refund"
    row = desk.pay_out(ticket)
    assert (row.status, row.refunded_amount) == ("completed", Decimal("148.00"))
    right(ticket.order)
    books.check(Order.objects.get(pk=ticket.order_id))


def test_a_refund_that_had_failed_is_not_owed_any_more(desk: Desk) -> None:
    order = desk.world.place_order(payments=[("FAIL-1", PAID)])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert ticket.alerts == ["refund_failed"]
    charge_back(desk, order, status="lost")
    row = fresh(ticket)
    assert (row.status, row.alerts, row.refunded_amount) == ("completed", ["charged_back"], 0)
    right(order)


@pytest.mark.parametrize("status", ["open", "lost"])
def test_what_the_bank_has_is_not_approved(desk: Desk, status: str) -> None:
    order = desk.world.shipped()
    ticket = desk.apply(order, "refund_only", "late")
    charge_back(desk, order, status=status)
    ticket = fresh(ticket)
    assert ticket.alerts == [f"chargeback_{status}"]
    assert approvable(ticket).ceiling == 0
    with pytest.raises(OverRefund, match="bank"):
        services.approve(ticket, actor=desk.merchant, now=NOW)
    assert fresh(ticket).status == "pending_review"
    right(order)


def test_goods_that_come_back_are_counted_while_the_bank_decides(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.completed())))
    charge_back(desk, ticket.order)
    ticket = desk.receive(fresh(ticket))
    assert ticket.status == "pending_refund"
    desk.send_refunds()
    assert Refund.objects.get().status == "pending"
    right(ticket.order)
    charge_back(desk, ticket.order, status="won")
    assert desk.pay_out(ticket).status == "completed"
    right(ticket.order)


@pytest.mark.parametrize(("amount", "status"), [(PAID, "completed"), ("100.00", "pending_refund")])
def test_goods_that_come_back_when_the_bank_has_paid(desk: Desk, amount: str, status: str) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.completed())))
    charge_back(desk, ticket.order, amount, status="lost")
    ticket = desk.receive(fresh(ticket))
    assert ticket.status == status
    row = desk.pay_out(ticket)
    assert (row.status, row.refunded_amount) == ("completed", Decimal(PAID) - Decimal(amount))
    right(ticket.order)


def test_the_bank_pays_once_and_not_for_each_ticket(desk: Desk) -> None:
    """Two returns of one unit each, and the bank has taken the money of one: the second is refunded."""
    order = desk.world.completed()
    first = desk.ship_back(desk.approve(desk.apply(order, quantity=1)))
    second = desk.ship_back(desk.approve(desk.apply(Order.objects.get(pk=order.pk), quantity=1)), tracking_no="SF9")
    charge_back(desk, order, "99.00", status="lost")
    for ticket in (first, second):
        desk.receive(fresh(ticket))
    desk.send_refunds()
    assert {fresh(first).status, fresh(second).status} == {"completed"}
    assert sum(fresh(ticket).refunded_amount for ticket in (first, second)) == Decimal("99.00")
    right(order)


def test_a_request_that_comes_later_knows(desk: Desk) -> None:
    order = desk.world.shipped()
    charge_back(desk, order)
    assert desk.apply(order, "refund_only", "late").alerts == ["chargeback_open"]


def test_nothing_can_be_asked_for_that_the_bank_has_paid(desk: Desk, api: Login) -> None:
    order = desk.world.shipped()
    charge_back(desk, order, status="lost")
    body: dict[str, Any] = {"order_no": order.order_no, "type": "refund_only", "reason": "late", "lines": [
        {"line_id": line.pk, "quantity": line.quantity} for line in order.lines.all()]}  # fmt: skip
    answer = api("alice").post("/api/v1/tickets/", body, format="json")
    assert (answer.status_code, answer.json()["details"]["reasons"]) == (422, ["amount_exceeded"])


def test_everybody_reads_where_the_money_is(desk: Desk, api: Login, sit: Sit) -> None:
    ticket = cancelled(desk)
    charge_back(desk, ticket.order)
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["refunds"][0]
    assert (answer["status"], answer["on_hold"], answer["expected_at"]) == ("pending", True, None)
    assert "waits until then" in answer["expected_text"]
    assert api("alice").get("/api/v1/refunds/").json()["results"][0]["expected_at"] is None
    Ticket.objects.update(overdue_since=NOW)
    page = sit("alice").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "Your refund waits for your bank" in page
    assert "the bank is deciding" in page
    assert "Your refund is on its way" not in page
    action = pending_action(fresh(ticket), NOW)
    assert action is not None
    assert (action.text, action.due_at, action.late) == ("The bank needs to decide on a chargeback", None, False)
    Ticket.objects.update(overdue_since=None)
    charge_back(desk, ticket.order, status="lost")
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["refunds"][0]
    assert (answer["charged_back"], answer["status_label"], answer["failure_reason"]) == (PAID, "paid by the bank", "")
    assert "isn't refunded again" in answer["expected_text"]
    page = sit("alice").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "Paid back by the bank" in page
    assert "was paid back by the bank, by a chargeback" in page
    assert "Refunded to your original payment method" not in page
    desk_page = sit("mei").get(f"/admin/aftersales/ticket/{ticket.pk}/change/").content.decode()
    assert "paid the buyer money of this ticket" in desk_page


def returned(desk: Desk, order: Order, tracking_no: str) -> Ticket:
    """One unit on its way back."""
    ticket = desk.apply(Order.objects.get(pk=order.pk), quantity=1)
    return desk.ship_back(desk.approve(ticket), tracking_no=tracking_no)


def test_several_returns_of_a_payment_that_the_bank_took(desk: Desk) -> None:
    """60 and 40 paid for two goods of 50; the bank takes the 60: each return is counted, and 40 are refunded."""
    order = desk.world.completed(lines=[("TEE", "50.00", 2)], payments=[("PAY-1", "60.00"), ("PAY-2", "40.00")])
    tickets = [returned(desk, order, number) for number in ("SF8", "SF9")]
    charge_back(desk, order, "60.00", "lost")
    for ticket in tickets:
        desk.receive(fresh(ticket))
    desk.send_refunds()
    assert [(fresh(row).status, str(fresh(row).refunded_amount)) for row in tickets] == [("completed", "20.00")] * 2
    right(order)


def exchanged(desk: Desk) -> Order:
    """99.00 exchanged for 159.00, the 60.00 paid."""
    desk.world.sku("S", product="shirt", price="99.00", on_hand=5)
    desk.world.sku("XXL", product="shirt", price="159.00", on_hand=5)
    order = desk.world.completed(lines=[("S", "99.00", 1)])
    ticket = desk.pay_difference(desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="XXL")), "60")
    return desk.reship(desk.receive(desk.ship_back(ticket))).order


@pytest.mark.parametrize(("status", "back"), [("lost", "99.00"), ("won", "159.00")])
def test_the_bank_takes_the_payment_of_a_price_difference(desk: Desk, status: str, back: str) -> None:
    order = exchanged(desk)
    services.confirm_replacement(order.tickets.get(), actor=desk.buyer, now=NOW)
    line = order.lines.get(replaces__isnull=False)
    asked = Application("return_refund", "quality", (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = services.apply(Order.objects.get(pk=order.pk), asked, actor=desk.buyer, now=NOW)
    ticket = desk.ship_back(desk.approve(ticket), tracking_no="SF9")
    charge_back(desk, order, "60.00", "open", payment=1)
    ticket = desk.receive(fresh(ticket))
    charge_back(desk, order, "60.00", status, payment=1)
    row = desk.pay_out(ticket)
    assert (row.status, str(row.refunded_amount)) == ("completed", back)
    right(order)


@pytest.mark.parametrize("end", ["withdraw", "convert"])
@pytest.mark.parametrize(("status", "back"), [("won", "60.00"), ("lost", "0.00")])
def test_a_difference_that_the_bank_holds_is_the_buyers(desk: Desk, end: str, status: str, back: str) -> None:
    desk.world.sku("S", product="shirt", price="99.00", on_hand=5)
    desk.world.sku("XXL", product="shirt", price="159.00", on_hand=5)
    order = desk.world.completed(lines=[("S", "99.00", 1)])
    ticket = desk.pay_difference(desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="XXL")), "60")
    charge_back(desk, order, "60.00", "open", payment=1)
    if end == "withdraw":
        services.withdraw(fresh(ticket), actor=desk.buyer, now=NOW)
    else:
        services.convert(desk.receive(desk.ship_back(fresh(ticket))), to="return_refund", actor=desk.merchant, now=NOW)
    charge_back(desk, order, "60.00", status, payment=1)
    desk.send_refunds()
    refund = Refund.objects.filter(payment=order.payments.order_by("pk")[1]).get()
    assert (str(refund.payment.refunded), str(refund.charged_back)) == (back, "0.00" if status == "won" else "60.00")
    right(order)


@pytest.mark.parametrize(("status", "back"), [("won", PAID), ("lost", "0.00")])
def test_goods_that_never_left_are_stopped_while_the_bank_decides(desk: Desk, status: str, back: str) -> None:
    order = desk.world.place_order()
    charge_back(desk, order)
    quote = services.quote(order, desk.application(order, "refund_only", "dont_want"), actor=desk.buyer, now=NOW)
    assert [str(amount) for _, amount in quote.tenders] == [PAID]
    ticket = desk.apply(order, "refund_only", "dont_want")
    assert (ticket.status, Refund.objects.get().on_hold) == ("pending_refund", True)
    assert set(shippable(Order.objects.get(pk=order.pk)).values()) <= {0}
    charge_back(desk, order, status=status)
    row = desk.pay_out(ticket)
    assert (row.status, str(row.refunded_amount)) == ("completed", back)
    right(order)


def test_goods_that_never_left_are_stopped_after_the_bank_has_paid(desk: Desk) -> None:
    order = desk.world.place_order()
    charge_back(desk, order, status="lost")
    row = fresh(desk.apply(order, "refund_only", "dont_want"))
    assert (row.status, row.refunded_amount) == ("completed", 0)
    right(order)


@pytest.mark.parametrize(("amount", "possible"), [("197.99", True), ("198.00", False)])
def test_a_return_brings_what_the_bank_has_not_given(desk: Desk, amount: str, possible: bool) -> None:
    order = desk.world.completed()
    charge_back(desk, order, amount, "lost")
    if not possible:
        with pytest.raises(NotEligible):
            desk.apply(order)
        return
    ticket = desk.apply(order)
    assert approvable(ticket).requested == Decimal(PAID)
    row = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    assert (row.status, row.refunded_amount) == ("completed", Decimal(PAID) - Decimal(amount))
    right(order)


def test_what_a_failed_refund_needs_is_not_taken_by_another_ticket(desk: Desk) -> None:
    """60 and 40 paid for two goods of 50: the part of 30 fails, the next return leaves it, and it can be paid again."""
    order = desk.world.completed(lines=[("TEE", "50.00", 2)], payments=[("FAIL-1", "60.00"), ("PAY-2", "40.00")])
    first = desk.pay_out(desk.receive(returned(desk, order, "SF8")))
    assert first.alerts == ["refund_failed"]
    desk.receive(returned(desk, order, "SF9"))
    parts = Refund.objects.order_by("pk").values_list("payment__transaction_no", "amount")
    assert [(number, str(amount)) for number, amount in parts] == [
        ("FAIL-1", "30.00"), ("PAY-2", "20.00"), ("FAIL-1", "30.00"), ("PAY-2", "20.00"),
    ]  # fmt: skip
    failed = Refund.objects.filter(status="failed").order_by("pk")[0]
    assert refunds.retry(failed, actor=desk.merchant, now=NOW).amount == 30


def test_one_that_may_have_left_before_the_bank_decided(desk: Desk, api: Login) -> None:
    order = desk.world.place_order(payments=[("SLOW-1", PAID)])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    charge_back(desk, order, status="lost")
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["refunds"][0]
    assert (answer["status"], answer["on_hold"]) == ("processing", True)
    assert "is asked whether this refund had left" in answer["expected_text"]


def owed_and_held(desk: Desk, how: str) -> Ticket:
    """A refund that failed, or came back after its ticket had ended, and then the bank holds the whole payment."""
    number = {"failed": "FAIL-1", "returned": "PAY-1"}[how]
    order = desk.world.delivered(payments=[(number, PAID)])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    if how == "returned":
        bring_back(desk, ticket.refunds.get())
    charge_back(desk, order)
    return fresh(ticket)


@pytest.mark.parametrize("how", ["failed", "returned"])
def test_what_the_bank_holds_nobody_pays_another_way(desk: Desk, sit: Sit, api: Login, how: str) -> None:
    ticket = owed_and_held(desk, how)
    refund = ticket.refunds.select_related("payment").get()
    assert ticket.alerts == [f"refund_{how}", "chargeback_open"]
    answer = api("mei").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert [alert["code"] for alert in answer["alerts"]] == ticket.alerts
    for deed in (partial(refunds.settle_by_hand, refund, proof="slip"), partial(refunds.retry, refund)):
        with pytest.raises(Conflict, match="until the bank has decided"):
            deed(actor=desk.merchant, now=NOW)
    assert Refund.objects.get().proposed_by is None
    assert refunds.allowed_actions(refund, desk.merchant, now=NOW) == []
    shown = text(sit("mei").get(page(ticket)))
    assert "The bank needs to decide on a chargeback: what it holds can't be paid another way until then" in shown
    assert "It waits until the bank has decided" in shown
    for button in ("Try again", "Settle manually"):
        assert button not in shown, button
    seen = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "What the bank holds can't be refunded until then" in seen
    [answer] = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["refunds"]
    assert answer["failure_reason"] == answer["expected_text"] == held_text()
    assert "银行正在处理" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/", headers={"accept-language": "zh"}))
    right(ticket.order)


def test_a_bank_that_decides_on_another_payment_holds_nothing_of_it(desk: Desk, sit: Sit) -> None:
    """198.00 by two payments: the refund of the first failed, the chargeback is of the second."""
    order = desk.world.delivered(payments=[("FAIL-1", "58.00"), ("PAY-2", "140.00")])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    charge_back(desk, order, "140.00", payment=1)
    refund = ticket.refunds.select_related("payment").get(status="failed")
    assert "chargeback_open" in fresh(ticket).alerts
    assert not fresh(ticket).refund_held
    assert refunds.allowed_actions(refund, desk.merchant, now=NOW) == ["retry", "settle"]
    assert "A refund failed: the shop has to retry it" in text(sit("mei").get(page(ticket)))
    seen = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "The shop knows and will try again" in seen
    assert "What the bank holds" not in seen


def test_of_two_that_failed_the_bank_holds_one_then_both_then_one(desk: Desk) -> None:
    order = desk.world.delivered(payments=[("FAIL-1", "58.00"), ("FAIL-2", "140.00")])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    for payment, status, held in ((0, "open", False), (1, "open", True), (0, "won", False), (1, "won", False)):
        charge_back(desk, order, ("58.00", "140.00")[payment], status=status, payment=payment)
        assert fresh(ticket).refund_held == held, (payment, status)


def test_rows_from_before_know_what_is_held(desk: Desk) -> None:
    held, free = owed_and_held(desk, "failed"), desk.world.delivered(payments=[("FAIL-2", PAID)])
    other = desk.pay_out(desk.approve(desk.apply(free, "refund_only", "compensation")))
    assert [str(one) for one in audit()] == []
    Ticket.objects.update(refund_held=False)
    assert [str(one) for one in audit()] == [f"ticket.refund_held: {held.ticket_no}: stored 0, computed 1"]
    with connection.cursor() as cursor:
        fill = import_module("aftersales.migrations.0054_filled_beside_writers").HELD
        cursor.execute(fill, {"ids": [held.order_id, other.order_id]})
    assert (fresh(held).refund_held, fresh(other).refund_held) == (True, False)


@pytest.mark.parametrize(("how", "status", "alerts", "actions"), [
    ("failed", "won", ["refund_failed"], ["retry", "settle"]), ("failed", "lost", ["charged_back"], []),
    ("returned", "won", ["refund_returned"], ["retry", "settle"]), ("returned", "lost", ["charged_back"], []),
])  # fmt: skip
def test_once_the_bank_has_decided(desk: Desk, how: str, status: str, alerts: list[str], actions: list[str]) -> None:
    ticket = owed_and_held(desk, how)
    charge_back(desk, ticket.order, status=status)
    assert fresh(ticket).alerts == alerts
    refund = ticket.refunds.select_related("payment").get()
    assert refunds.allowed_actions(refund, desk.merchant, now=NOW) == actions
    right(ticket.order)


def test_one_that_comes_back_while_the_bank_decides_is_marked(desk: Desk) -> None:
    order = desk.world.delivered(payments=[("PAY-1", PAID)])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    charge_back(desk, order)
    assert fresh(ticket).alerts == []
    bring_back(desk, ticket.refunds.get())
    assert fresh(ticket).alerts == ["refund_returned", "chargeback_open"]
    right(order)


def test_what_a_confirmation_could_not_count_is_not_proposed(desk: Desk) -> None:
    """60 failed of 198, and the bank has given the payer 150 of it."""
    order = desk.world.delivered(payments=[("FAIL-1", PAID)])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    refund = ticket.refunds.select_related("payment").get()
    Refund.objects.filter(pk=refund.pk).update(charged_back=0)
    refund.payment.__class__.objects.filter(pk=refund.payment_id).update(lost=150, charged_back=150)
    with pytest.raises(OverRefund):
        refunds.settle_by_hand(refund, proof="slip", actor=desk.merchant, now=NOW)


def test_a_manager_has_open_chargebacks_on_the_home(desk: Desk, sit: Sit) -> None:
    assert "Open chargebacks" not in text(sit("mei").get("/admin/"))
    charge_back(desk, desk.world.delivered())
    shown = text(sit("mei").get("/admin/"))
    assert "Open chargebacks" in shown
    assert "/admin/refunds/chargeback/?status__exact=open" in shown
    assert "Open chargebacks" not in text(sit("rui").get("/admin/"))


def test_the_page_of_a_chargeback_says_whose_turn_it_is_and_leads_to_the_refunds(desk: Desk, sit: Sit) -> None:
    ticket = desk.pay_out(cancelled(desk))
    charge_back(desk, ticket.order)
    row, refund = Chargeback.objects.get(), ticket.refunds.get()
    shown = text(sit("mei").get(page(row)))
    assert "Your turn: ¥198.00 was refunded before" in shown
    assert "which names the deadline" in shown
    assert f'<a href="{page(refund)}">{refund.refund_no}</a>' in shown
    charge_back(desk, ticket.order, status="lost")
    assert "The buyer has ¥198.00 twice." in text(sit("mei").get(page(row)))


def test_the_page_of_a_chargeback_of_what_was_not_refunded(desk: Desk, sit: Sit) -> None:
    charge_back(desk, desk.world.delivered())
    row = Chargeback.objects.get()
    assert "Your turn: send the bank the evidence" in text(sit("mei").get(page(row)))


@pytest.mark.parametrize(("held", "text"), [(True, "To your original payment method."), (False, "usually right away")])
def test_no_time_is_promised_while_nobody_knows_the_payment(desk: Desk, held: bool, text: str) -> None:
    order = desk.world.delivered(payments=[("PAY-1", PAID)])
    if held:
        charge_back(desk, order)
    application = desk.application(order, "refund_only", "late")
    facts, quote = gather(order, application, now=NOW), services.quote(order, application, actor=desk.buyer, now=NOW)
    assert bool(quote.tenders) is not held
    with override("en"):
        step = next_steps(facts, quote, at_once=False)[-1]
    assert text in step.text
    assert ("right away" in step.text) is not held
