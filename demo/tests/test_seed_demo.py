"""The demo of contract §3. It is filled once and then looked at from every side, because filling takes seconds."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.test import override_settings
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from accounts.models import Faq, Policy, Shop, User
from aftersales import audit
from aftersales.models import CannedResponse, Evidence, Message, Ticket
from kernel.jobs import jobs
from kernel.models import History
from logistics.services import default_address
from orders.models import Order, OrderLine, Payment, Sku, Stock
from refunds.models import Chargeback, Payable, Refund
from refunds.reconciliation.models import Difference

from ..scenes import PATHS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
HOUR = timedelta(hours=1)
COMPARES = "reconcile"  # this job counts what it compared with the channels


def test_it_refuses_while_debug_is_off() -> None:
    with pytest.raises(CommandError, match="--force"):
        call_command("seed_demo")
    assert not User.objects.exists()


@pytest.mark.slow
def test_the_demo(subtests: pytest.Subtests, tmp_path: Path, settings: Settings, capsys: object) -> None:
    settings.MEDIA_ROOT = tmp_path
    started = timezone.now()
    call_command("seed_demo", force=True)
    for check in (
        people_and_shops, goods, every_ticket, alice_has_a_story, both_languages, every_order, beyond_refunds,
        what_others_count_on, the_past_is_in_order, the_books, the_clocks_are_ahead,
        the_jobs_change_nothing, a_second_run_changes_nothing, orders_for_fake_channels_are_added_with_them,
    ):  # fmt: skip
        with subtests.test(check.__name__):
            check(started)


def people_and_shops(started: datetime) -> None:
    promised = {"alice", "bob", "mei", "oms", "root", "rui", "song", "sun", "wen"}  # contract §3
    others = {"carol", "dave", "erin", "frank", "grace"}
    assert set(User.objects.values_list("username", flat=True)) == promised | others
    assert User.objects.get(username="mei").check_password("aftersales-demo")
    for shop in Shop.objects.filter(code__in=["lantern", "harbor"]):
        address = default_address(shop.pk)
        assert address is not None
        assert address.is_default
        assert shop.faqs.exists()
        assert shop.hotline
        assert shop.contact_phone
        defaults = Policy(shop=shop)
        assert {**shop.policy.__dict__, "id": 0, "created_at": 0, "_state": 0} == {
            **defaults.__dict__, "id": 0, "created_at": 0, "_state": 0,
        }  # fmt: skip


def goods(started: datetime) -> None:
    assert Stock.objects.filter(on_hand__gt=0).count() >= 8
    for flag in ("exchange_excluded", "no_reason_exempt", "virtual"):
        assert Sku.objects.filter(**{flag: True}).exists(), flag
    assert Sku.objects.filter(warranty_days__gt=0).exists()
    assert Stock.objects.filter(on_hand=0).exists()


def every_ticket(started: datetime) -> None:
    wanted = {(str(type_), status) for type_, statuses in PATHS.items() for status in statuses}
    assert len(wanted) == 37
    assert set(Ticket.objects.values_list("type", "status")) == wanted
    parties = set(Ticket.objects.values_list("shop__code", "buyer__username"))
    buyers = ("alice", "bob", "carol", "dave", "erin", "frank", "grace")
    assert parties >= {(shop, buyer) for shop in ("lantern", "harbor") for buyer in buyers}
    assert Ticket.objects.filter(overdue_since__isnull=False).count() >= 3
    assert Ticket.objects.filter(alerts__contains=["keyword_mismatch"]).exists()
    assert Refund.objects.filter(status="failed").exists()
    assert Evidence.objects.filter(ticket__isnull=False).count() >= 10
    assert not Evidence.objects.filter(ticket=None).exists()
    assert set(Message.objects.values_list("author_kind", flat=True)) == {"buyer", "merchant"}
    assert Message.objects.filter(evidence__isnull=False).exists()
    assert 3 <= Ticket.objects.filter(buyer_waits_since__isnull=False).count() < Message.objects.count()
    assert not Message.objects.filter(Q(at__gt=started) | Q(at__lt=F("ticket__created_at"))).exists()


def alice_has_a_story(started: datetime) -> None:
    """What somebody sees who tries the demo as a buyer: few orders, no two of which are in the same situation."""
    orders = Order.objects.filter(buyer__username="alice")
    situations = [
        (order.status, order.fulfilment, order.tickets.values_list("type", "status").first()) for order in orders
    ]
    assert 6 <= len(situations) == len(set(situations)) <= 12
    assert Ticket.objects.filter(buyer__username="alice").count() <= 6


def both_languages(started: datetime) -> None:
    for row in (
        *Sku.objects.all(), *Shop.objects.all(), *Faq.objects.all(), *OrderLine.objects.all(),
        *CannedResponse.objects.all(),
    ):  # fmt: skip
        with translation.override("en"):
            texts = [getattr(row, name) for name in dir(type(row)) if name.startswith("shown_")]
        assert texts
        assert not [text for text in texts if re.search("[\u4e00-\u9fff]", text)], row


def every_order(started: datetime) -> None:
    assert set(Order.objects.values_list("status", "fulfilment")) >= {
        ("pending_payment", "unallocated"),
        ("paid", "unallocated"),
        ("paid", "packed"),
        ("shipped", "shipped"),
        ("shipped", "delivered"),
        ("completed", "delivered"),
        ("closed", "unallocated"),
    }
    paid = Order.objects.filter(status="paid", fulfilment="unallocated")
    assert paid.filter(lines__shipped_quantity__gt=0).exists()
    assert Order.objects.filter(status="completed", window_closed_at__isnull=False).exists()
    assert Order.objects.annotate(tenders=Count("payments")).filter(tenders__gt=1).exists()


def beyond_refunds(started: datetime) -> None:
    rows = Payable.objects.values_list("status", "kind", "order__shop__code")
    assert set(rows) == {
        ("pending", "return_freight", "lantern"), ("approved", "goodwill", "lantern"),
        ("paid", "return_freight", "lantern"), ("cancelled", "goodwill", "lantern"),
    }  # fmt: skip
    assert Payable.objects.get(status="paid").order.buyer.username == "alice"
    chargeback = Chargeback.objects.get()
    assert chargeback.status == "open"
    assert chargeback.payment.order.buyer.username != "alice"
    assert not Ticket.objects.filter(order=chargeback.payment.order).exists()


def what_others_count_on(started: datetime) -> None:
    plain = Order.objects.filter(shop__code="lantern", buyer__username="alice", tickets=None)
    unshipped = plain.filter(status="paid", fulfilment="unallocated").exclude(lines__shipped_quantity__gt=0)
    assert unshipped.exists()
    assert plain.filter(status="shipped", fulfilment="delivered").exists()
    assert plain.filter(status="completed", window_closed_at=None, window_ends_at__gt=started).exists()


def the_past_is_in_order(started: datetime) -> None:
    last: dict[tuple[str, int], datetime] = {}
    for machine, pk, at in History.objects.order_by("id").values_list("machine", "object_id", "at"):
        assert last.get((machine, pk), at) <= at <= started
        last[machine, pk] = at
    assert not Ticket.objects.filter(Q(created_at__gt=started) | Q(updated_at__gt=started)).exists()


def the_books(started: datetime) -> None:
    assert [str(difference) for difference in audit.run()] == []


def the_clocks_are_ahead(started: datetime) -> None:
    soon = started + HOUR
    assert not Ticket.objects.filter(due_at__lt=soon, overdue_since=None).exists()
    assert not Order.objects.filter(receipt_due_at__lt=soon).exists()
    assert not Order.objects.filter(window_ends_at__lt=soon, window_closed_at=None).exists()
    assert not Refund.objects.filter(status__in=["pending", "processing"]).exists()


def the_jobs_change_nothing(started: datetime) -> None:
    before = History.objects.count()
    for job in jobs():
        outcome = job.run(started + HOUR, False)
        done = 0 if job.name == COMPARES else outcome.done
        assert (done, outcome.failed) == (0, 0), job.name
    assert not Difference.objects.exists()
    assert History.objects.count() == before


def a_second_run_changes_nothing(started: datetime) -> None:
    tables = (User, Shop, Policy, Sku, Stock, Order, Ticket, Refund, Payable, Chargeback, Evidence, Message, History)
    before = [table.objects.count() for table in tables]
    began = time.process_time()
    call_command("seed_demo", force=True)
    assert time.process_time() - began < 5  # of one second or less, whatever else the machine does
    assert [table.objects.count() for table in tables] == before


def orders_for_fake_channels_are_added_with_them(started: datetime) -> None:
    through = Payment.objects.exclude(channel="sandbox").order_by("transaction_no")
    assert not through.exists()
    with override_settings(FAKE_CHANNELS=True):
        for _ in range(2):
            call_command("seed_demo", force=True)
            assert [(row.channel, row.transaction_no, row.order.status) for row in through] == [
                ("wechatpay", "ABNORMAL-DEMO-9003", "paid"),
                ("alipay", "PAY-DEMO-9001", "paid"),
                ("wechatpay", "SLOW-DEMO-9002", "paid"),
                ("stripe", "pi_PAY_DEMO-9004", "paid"),
            ]
    assert {row.order.buyer.username for row in through} == {"alice"}
