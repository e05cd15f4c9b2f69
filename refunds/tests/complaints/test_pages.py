"""Complaints at the desk and over HTTP: whose turn it is, until when, in both languages, and for nobody else."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order
from refunds.complaints.record import record_complaints
from refunds.complaints.wording import next_step
from refunds.gateways import ComplaintReport, ComplaintStatus
from refunds.models import Chargeback, Complaint
from tests.browser import Sit, listing, page, text
from tests.fixtures import Login
from tests.world import World

from .steps import paid_by


def complain(order: Order, number: str = "CP-1", **facts: Any) -> Complaint:
    given: dict[str, Any] = {"status": ComplaintStatus.OPEN, "opened_at": timezone.now(), "amount": Decimal("30.00")}
    given |= {"channel_status": "PENDING", "transactions": [], "reason": "REFUND", "text": "It smokes.", **facts}
    report = ComplaintReport(number, **given)
    rows = order.payments.select_related("order")
    return record_complaints(rows, report, asked_at=timezone.now(), now=timezone.now())[0]


@pytest.fixture
def order(world: World) -> Order:
    return paid_by(world, "wechatpay")


def words(response: Any) -> str:
    return " ".join(text(response).split())


def test_the_page_says_whose_turn_it_is(order: Order, sit: Sit) -> None:
    complaint = complain(order)
    shown = words(sit("mei").get(page(complaint)))
    assert "Your turn: answer the buyer in the merchant platform of WeChat Pay." in shown
    assert "The channel's time for it ends on" in shown
    for part in ("It smokes.", "asks for a refund", "¥30.00", "PAY-1"):
        assert part in shown


@pytest.mark.parametrize(("second", "ends"), [(-1, "ended"), (0, "ends"), (1, "ends")])
def test_until_when(order: Order, second: int, ends: str) -> None:
    complaint = complain(order)
    assert complaint.answer_by is not None
    said = next_step(complaint, None, now=complaint.answer_by - timedelta(seconds=second))
    assert f"The channel's time for it {ends} on" in said


def test_what_the_channel_says_of_the_money_and_nobody_here_knows(order: Order) -> None:
    complaint = complain(order, fully_refunded=True, status=ComplaintStatus.CLOSED)
    assert "wholly refunded, and here it was not" in next_step(complaint, None, now=timezone.now())
    order.payments.update(refunded="100.00")
    complaint.payment.refresh_from_db()
    assert "wholly" not in next_step(complaint, None, now=timezone.now())


def test_a_manager_says_what_the_channel_did(order: Order, sit: Sit) -> None:
    complaint = complain(order)
    assert 'value="30.00"' in text(sit("mei").get(page(complaint, "report_money")))
    said = {"chargeback_status": "open", "amount": "30.00", "note": "Case page"}
    assert sit("wen").post(page(complaint, "report_money"), said).status_code == 403
    assert sit("rui").post(page(complaint, "report_money"), said).status_code == 404
    assert sit("mei").post(page(complaint, "report_money"), said | {"amount": "100.01"}).status_code == 400
    assert sit("mei").post(page(complaint, "report_money"), said | {"chargeback_status": "lost"}).status_code == 400
    for who, offered in (("mei", False), ("song", True)):
        assert ('value="lost"' in text(sit(who).get(page(complaint, "report_money")))) == offered
    assert not Chargeback.objects.exists()
    assert sit("mei").post(page(complaint, "report_money"), said).status_code == 302
    assert (Chargeback.objects.get().status, Chargeback.objects.get().amount) == ("open", Decimal("30.00"))
    assert "the chargeback with this number" in words(sit("mei").get(page(complaint)))


def test_the_list_counts_what_has_to_be_answered_and_what_is_late(order: Order, sit: Sit) -> None:
    complain(order)
    complain(order, "CP-2", opened_at=timezone.now() - timedelta(hours=25))
    complain(order, "CP-3", status=ComplaintStatus.ANSWERED)
    complain(order, "CP-4", status=ComplaintStatus.CLOSED)
    mei = sit("mei")
    response = mei.get(listing(Complaint))
    assert [(str(tile["label"]), tile["count"]) for tile in response.context["counters"]] == [
        ("to answer", 2), ("answered", 1), ("closed", 1), ("overdue", 1),
    ]  # fmt: skip
    for query, numbers in (("?late=1", ["CP-2"]), ("?status__exact=open", ["CP-1", "CP-2"]), ("?q=CP-3", ["CP-3"])):
        rows = mei.get(listing(Complaint, query)).context["cl"].result_list
        assert sorted(row.complaint_no for row in rows) == numbers
    assert "Complaints to answer at the channel" in text(mei.get("/admin/"))


def test_the_list_asks_no_more_for_more_rows(order: Order, sit: Sit) -> None:
    mei, counts = sit("mei"), []
    complain(order)
    mei.get(listing(Complaint))
    for number in range(2, 6):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            mei.get(listing(Complaint))
        counts.append(len(asked))
        complain(order, f"CP-{number}")
    assert len(set(counts)) == 1


def test_the_order_shows_it_and_strangers_find_nothing(order: Order, sit: Sit) -> None:
    complaint = complain(order)
    assert "CP-1" in text(sit("mei").get(page(order)))
    for name, status in (("wen", 200), ("sun", 200), ("rui", 404), ("alice", 404)):
        assert sit(name).get(page(complaint)).status_code == status, name


def test_both_languages(order: Order, sit: Sit) -> None:
    complaint = complain(order)
    mei = sit("mei")
    mei.cookies["django_language"] = "zh-hans"
    shown = text(mei.get(page(complaint)))
    for part in ("微信支付", "投诉", "商户平台"):
        assert part in shown
    assert "Your turn" not in shown


def test_over_http(order: Order, api: Login) -> None:
    complain(order)
    url = f"/api/v1/orders/{order.order_no}/complaints/"
    (row,) = api("oms").get(url).json()["results"]
    assert (row["complaint_no"], row["status"], row["status_label"]) == ("CP-1", "open", "to answer")
    assert (row["amount"], row["text"], row["reason_label"]) == ("30.00", "It smokes.", "asks for a refund")
    assert row["answer_by"] is not None
    for name, status in (("mei", 200), ("wen", 200), ("sun", 200), ("alice", 403), ("bob", 404), ("rui", 404)):
        assert api(name).get(url).status_code == status, name
