"""Complaints at WeChat Pay over real sockets: told, doubled, out of order, early, forged, found without a notice."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from fakes.wechatpay.notices import Kind
from fakes.wechatpay.records import Refused
from fakes.wechatpay.server import Fake
from refunds.complaints import asking, jobs, policy
from refunds.complaints.models import late
from refunds.gateways import Deadline, complaining
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.models import ChannelNotice, Complaint
from refunds.notices.receivers import look_at_early_notices
from tests.world import World

from ..helpers import channel, paid
from .steps import ask, paid_by, stored, tell


@pytest.fixture(autouse=True)
def connected(wechatpay: WechatPay) -> Iterator[None]:
    with channel(wechatpay, "wechatpay"):
        yield


@pytest.mark.django_db(transaction=True)
def test_one_that_is_made_answered_and_closed(world: World, fake: Fake, live_server: Any) -> None:
    url = f"{live_server.url}/notify/wechatpay/"
    order = paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000), apply_refund_amount=3000)
    assert tell(fake, row, url=url) == 200
    assert stored() == []  # the channel is asked by the worker, and not while it waits for its answer
    assert ask(world) == "1 done, 0 skipped, 0 failed"
    complaint = Complaint.objects.get()
    assert (complaint.status, complaint.channel_status, complaint.reason) == ("open", "PENDING", "REFUND")
    assert (complaint.amount, complaint.text) == (Decimal("30.00"), row.detail)
    assert complaint.answer_by == complaint.opened_at + timedelta(hours=24)
    assert complaint.solve_by == complaint.opened_at + timedelta(hours=72)
    assert order.__class__.objects.get(pk=order.pk).complained

    row.state = "PROCESSING"
    tell(fake, row, url=url, event_type="COMPLAINT.STATE_CHANGE")
    ask(world)
    row.state, row.full_refunded = "PROCESSED", True
    tell(fake, row, url=url, event_type="COMPLAINT.STATE_CHANGE")
    ask(world)
    complaint = Complaint.objects.get()
    assert (complaint.status, complaint.fully_refunded) == ("closed", True)
    assert complaint.closed_at == world.now
    assert not order.__class__.objects.get(pk=order.pk).complained
    assert [entry.action for entry in complaint.history()] == ["create", "answer", "close"]
    assert {entry.actor_kind for entry in complaint.history()} == {"gateway"}
    assert set(ChannelNotice.objects.values_list("state", flat=True)) == {"applied"}


def test_a_buyer_who_goes_on_opens_it_again(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000), state="PROCESSED")
    tell(fake, row)
    ask(world)
    assert stored() == [(row.complaint_id, "PAY-1", "closed")]
    row.state, row.user_waits = "PROCESSING", True  # a message of theirs waits for an answer
    tell(fake, row)
    ask(world)
    assert [entry.action for entry in Complaint.objects.get().history()] == ["create", "close", "reopen"]


def test_the_same_notice_is_stored_once(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    for _ in range(3):
        assert tell(fake, row, event_id="EV-1") == 200
        ask(world)
    assert ChannelNotice.objects.count() == Complaint.objects.count() == 1
    assert fake.complaints.questions == 1


def test_notices_in_any_order_come_to_the_same(world: World, fake: Fake) -> None:
    """What counts is what the channel says when it is asked, and never what came before."""
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000), state="PROCESSED")
    tell(fake, row, event_type="COMPLAINT.STATE_CHANGE")
    ask(world)
    tell(fake, row, event_type="COMPLAINT.CREATE")
    ask(world)
    assert stored() == [(row.complaint_id, "PAY-1", "closed")]


def test_the_answer_to_an_earlier_question_changes_nothing(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    (source,) = asking.sources()
    earlier = source.complaints.find(complaint_no=row.complaint_id, deadline=Deadline.after(5))
    row.state = "PROCESSED"
    later = source.complaints.find(complaint_no=row.complaint_id, deadline=Deadline.after(5))
    assert earlier
    assert later
    at = timezone.now()
    assert asking.store(source, later, asked_at=at, now=world.now) == ""
    for asked_at in (at - timedelta(seconds=1), at):
        asking.store(source, earlier, asked_at=asked_at, now=world.now)
        assert stored() == [(row.complaint_id, "PAY-1", "closed")]
    asking.store(source, earlier, asked_at=at + timedelta(seconds=1), now=world.now)
    assert stored() == [(row.complaint_id, "PAY-1", "open")]


def test_one_before_its_order_waits_and_is_woken_by_it(world: World, fake: Fake) -> None:
    row = fake.complaints.make(("PAY-1", 10000))
    tell(fake, row)
    ask(world)
    notice = ChannelNotice.objects.get()
    assert (notice.state, notice.transaction_no, stored()) == ("parked", "PAY-1", [])
    assert notice.next_look_at is not None
    assert notice.next_look_at > timezone.now()
    paid_by(world, "wechatpay")
    look_at_early_notices([("wechatpay", "PAY-1")])
    assert jobs.ask_complaints(world.now, False).done == 1
    assert stored() == [(row.complaint_id, "PAY-1", "open")]


def test_after_days_without_its_order_a_person_looks(world: World, fake: Fake) -> None:
    row = fake.complaints.make(("PAY-1", 10000))
    tell(fake, row)
    ChannelNotice.objects.update(received_at=timezone.now() - timedelta(days=3))
    ask(world)
    notice = ChannelNotice.objects.get()
    assert (notice.state, notice.flag) == ("flagged", "unknown_complaint")


@pytest.mark.parametrize("kind", [Kind.PROBE, Kind.FORGED, Kind.ALTERED, Kind.OLD, Kind.BAD_TAG, Kind.STRANGE])
def test_forged_ones_are_refused(world: World, fake: Fake, kind: Kind) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    assert tell(fake, row, kind) == 400
    assert not ChannelNotice.objects.exists()


def test_the_list_finds_one_whose_notice_was_lost(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    now = timezone.now()
    old = fake.complaints.make(("PAY-1", 10000), at=(now - timedelta(days=30)).timestamp())
    new = fake.complaints.make(("PAY-1", 10000), at=(now - timedelta(days=3)).timestamp())
    assert str(jobs.list_complaints(world.now, False)) == "1 done, 0 skipped, 0 failed"
    assert stored() == [(new.complaint_id, "PAY-1", "open")]
    # Older than the list, and open here: it is asked for by its number.
    new.at, new.state = old.at, "PROCESSED"
    jobs.list_complaints(world.now, False)
    assert stored() == [(new.complaint_id, "PAY-1", "closed")]


def test_the_list_has_pages(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    for _i in range(101):
        fake.complaints.make(("PAY-1", 10000))
    assert jobs.list_complaints(world.now, False).done == 101
    assert fake.complaints.questions == 3
    assert Complaint.objects.count() == 101


def test_one_that_cannot_be_read_hides_no_other(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    fake.complaints.make(("PAY-1", 10000), complaint_id=" ").complaint_id = ""
    fake.complaints.make(("PAY-1", 10000))
    assert jobs.list_complaints(world.now, False).done == 1


@pytest.mark.parametrize("refusal", [Refused(500, "SYSTEM_ERROR", "系统错误"), Refused(403, "NO_AUTH", "无权限")])
def test_a_channel_that_does_not_answer_is_asked_later(world: World, fake: Fake, refusal: Refused) -> None:
    paid_by(world, "wechatpay")
    for number in range(policy.BREAK_AFTER + 2):
        tell(fake, fake.complaints.make(("PAY-1", 10000)), event_id=f"EV-{number}")
    fake.complaints.refusal = refusal
    assert ask(world) == f"0 done, 2 skipped, {policy.BREAK_AFTER} failed"
    assert jobs.list_complaints(world.now, False).failed == 1
    fake.complaints.refusal = None
    ask(world)
    assert Complaint.objects.count() == policy.BREAK_AFTER + 2


@pytest.mark.django_db(transaction=True)
def test_however_it_is_learned_there_is_one_row(world: World, fake: Fake) -> None:
    """Notice, list and another worker at the same moment, in threads."""
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    tell(fake, row)
    (notice,), (source,) = list(ChannelNotice.objects.all()), asking.sources()
    start, failed = threading.Barrier(4), list[Exception]()

    def run(learn: Any) -> None:
        from django.db import connection

        try:
            start.wait(10)
            learn()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    ways = [lambda: asking.ask_about(notice, now=world.now), lambda: asking.list_all(source, now=world.now)] * 2
    threads = [threading.Thread(target=run, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert stored() == [(row.complaint_id, "PAY-1", "open")]
    assert [entry.action for entry in Complaint.objects.get().history()] == ["create"]


def test_a_complaint_about_several_payments_is_one_of_each(world: World, fake: Fake) -> None:
    for number in ("PAY-1", "PAY-2"):
        paid_by(world, "wechatpay", number)
    row = fake.complaints.make(("PAY-1", 10000), ("PAY-2", 10000))
    jobs.list_complaints(world.now, False)
    assert stored() == [(row.complaint_id, "PAY-1", "open"), (row.complaint_id, "PAY-2", "open")]


def test_neither_phone_nor_pictures_are_stored(world: World, fake: Fake) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    jobs.list_complaints(world.now, False)
    told = {str(value) for value in Complaint.objects.values().get().values()}
    assert row.detail in told
    assert not any("example.com" in value or "oUpF8" in value or len(value) == 128 for value in told)


def test_a_payment_of_another_channel_is_not_meant(world: World, fake: Fake) -> None:
    paid(world, "PAY-1")
    fake.complaints.make(("PAY-1", 10000))
    jobs.list_complaints(world.now, False)
    assert stored() == []


@pytest.mark.parametrize(("second", "is_late"), [(-1, False), (0, False), (1, True)])
def test_the_channels_time_is_over(world: World, fake: Fake, second: int, is_late: bool) -> None:
    paid_by(world, "wechatpay")
    row = fake.complaints.make(("PAY-1", 10000))
    for state, hours in (("PENDING", 24), ("PROCESSING", 72)):
        row.state = state
        jobs.list_complaints(world.now, False)
        at = Complaint.objects.get().opened_at + timedelta(hours=hours, seconds=second)
        assert Complaint.objects.filter(late(at)).exists() == is_late
    row.state = "PROCESSED"
    jobs.list_complaints(world.now, False)
    assert not Complaint.objects.filter(late(at + timedelta(days=9))).exists()


def test_other_channels_have_none() -> None:
    from refunds.gateways import get

    assert complaining(get("sandbox")) is None
    assert complaining(None) is None
