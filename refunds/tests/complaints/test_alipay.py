"""Complaints at Alipay over real sockets: told, doubled, out of order, early, forged, and found without a message."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client
from django.utils import timezone

from fakes.alipay import complaints as of_alipay
from fakes.alipay import notices
from fakes.alipay.complaints import Complaint as AtAlipay
from fakes.alipay.server import Fake
from fakes.alipay.transfers import Refused
from fakes.keys import Pair
from refunds.complaints import jobs
from refunds.complaints.wording import next_step
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.alipay.configuration import build
from refunds.models import ChannelNotice, Complaint
from tests.serving import serving
from tests.world import World

from ..alipay.conftest import APP_ID
from ..helpers import channel
from .steps import ask, paid_by, stored

URL = "/notify/alipay/"
STEPS = [
    ("MERCHANT_FEEDBACKED", "answered"),
    ("PLATFORM_PROCESSING", "answered"),
    ("PLATFORM_FINISH", "closed"),
    ("MERCHANT_PROCESSING", "open"),
    ("CANCELLED", "closed"),
]


@pytest.fixture(scope="module")
def pairs() -> tuple[Pair, Pair]:
    """The app's and Alipay's."""
    return Pair.generate(), Pair.generate()


@pytest.fixture
def alipay(pairs: tuple[Pair, Pair], settings: Any) -> Iterator[Fake]:
    own = Fake(app_id=APP_ID, app=pairs[0], own=pairs[1])
    settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL = APP_ID, own.url
    settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = pairs[0].private, pairs[1].public
    settings.ALIPAY_PRIVATE_KEY_FILE = settings.ALIPAY_PUBLIC_KEY_FILE = ""
    adapter: Alipay = build(settings)
    with serving(own), channel(adapter, "alipay"):
        yield own
    adapter.account.http.close()


def tell(fake: Fake, row: AtAlipay, **facts: Any) -> str:
    """What the app answered."""
    return _post(of_alipay.message(fake.app_id, row, fake.own.key, **facts))


def _post(body: bytes) -> str:
    answer = Client().post(URL, body, content_type=notices.HEADERS["Content-Type"])
    assert answer.status_code == (200 if answer.content == b"success" else 400)
    return str(answer.content.decode())


@pytest.mark.django_db(transaction=True)
def test_one_that_is_made_answered_and_closed(world: World, alipay: Fake, live_server: Any) -> None:
    """The first message over a socket."""
    paid_by(world, "alipay")
    row = alipay.complaints.make("PAY-1")
    notices.send_later(f"{live_server.url}{URL}", of_alipay.message(APP_ID, row, alipay.own.key)).join()
    assert ask(world) == "1 done, 0 skipped, 0 failed"
    complaint = Complaint.objects.get()
    assert (complaint.status, complaint.channel_status, complaint.text) == ("open", row.status, row.content)
    assert (complaint.reason, complaint.amount, complaint.answer_by, complaint.solve_by) == ("退款", None, None, None)
    assert abs(complaint.opened_at.timestamp() - row.at) <= 1
    assert "The merchant platform names the time for it." in next_step(complaint, None, now=timezone.now())
    for status, ours in STEPS:
        row.status = status
        assert tell(alipay, row) == "success"
        ask(world)
        complaint = Complaint.objects.get()
        assert (complaint.status, complaint.with_platform) == (ours, status == "PLATFORM_PROCESSING")


@pytest.mark.parametrize("status", ["FINISHED", "CLOSED", "SOMETHING_NEW"])
def test_the_other_words(world: World, alipay: Fake, status: str) -> None:
    """One that nobody knows is not the end."""
    paid_by(world, "alipay")
    alipay.complaints.make("PAY-1", status=status)
    jobs.list_complaints(world.now, False)
    assert Complaint.objects.get().status == ("open" if status == "SOMETHING_NEW" else "closed")


@pytest.mark.parametrize("with_type", [False, True])
def test_the_same_message_is_stored_once(world: World, alipay: Fake, with_type: bool) -> None:
    paid_by(world, "alipay")
    row = alipay.complaints.make("PAY-1")
    for _i in range(3):
        assert tell(alipay, row, notify_id="N-1", with_type=with_type) == "success"
        ask(world)
    assert (ChannelNotice.objects.count(), Complaint.objects.count(), alipay.complaints.questions) == (1, 1, 1)


def test_forged_altered_and_foreign_ones_are_refused(world: World, alipay: Fake) -> None:
    row, other = alipay.complaints.make("PAY-1"), Pair.generate()
    assert _post(of_alipay.message(APP_ID, row, other.key)) == "fail"
    assert _post(of_alipay.message("2021000000000009", row, alipay.own.key)) == "fail"
    form = {name: value[0] for name, value in parse_qs(of_alipay.message(APP_ID, row, alipay.own.key).decode()).items()}
    assert _post(urlencode(form | {"biz_content": '{"complain_event_id":"1"}'}).encode()) == "fail"
    del form["sign"]
    assert _post(urlencode(form).encode()) == "fail"
    assert not ChannelNotice.objects.exists()


def test_a_message_about_something_else_is_received(world: World, alipay: Fake, monkeypatch: Any) -> None:
    monkeypatch.setattr(of_alipay, "CHANGED", "alipay.open.app.something")
    assert tell(alipay, alipay.complaints.make("PAY-1")) == "success"
    assert ChannelNotice.objects.get().state == "ignored"


def test_one_before_its_order_waits(world: World, alipay: Fake) -> None:
    row = alipay.complaints.make("PAY-1")
    tell(alipay, row)
    ask(world)
    assert (ChannelNotice.objects.get().state, ChannelNotice.objects.get().transaction_no) == ("parked", "PAY-1")
    paid_by(world, "alipay")
    ask(world)
    assert stored() == [(row.complain_event_id, "PAY-1", "open")]


def test_the_list_finds_one_whose_message_was_lost(world: World, alipay: Fake) -> None:
    paid_by(world, "alipay")
    old = (timezone.now() - timedelta(days=30)).timestamp()
    alipay.complaints.make("PAY-1", at=old)
    row = alipay.complaints.make("PAY-1")
    assert str(jobs.list_complaints(world.now, False)) == "1 done, 0 skipped, 0 failed"
    # Older than the list, and open here: it is asked for by its number.
    row.at, row.status = old, "FINISHED"
    jobs.list_complaints(world.now, False)
    assert stored() == [(row.complain_event_id, "PAY-1", "closed")]


def test_the_list_has_pages(world: World, alipay: Fake) -> None:
    paid_by(world, "alipay")
    for _i in range(41):
        alipay.complaints.make("PAY-1")
    assert jobs.list_complaints(world.now, False).done == 41
    assert alipay.complaints.questions == 3


def test_a_channel_that_does_not_answer_is_asked_later(world: World, alipay: Fake) -> None:
    paid_by(world, "alipay")
    tell(alipay, alipay.complaints.make("PAY-1"))
    alipay.complaints.refusal = Refused("20000", "isp.unknow-error")
    assert ask(world) == "0 done, 0 skipped, 1 failed"
    assert jobs.list_complaints(world.now, False).failed == 1
    alipay.complaints.refusal = None
    ask(world)
    assert Complaint.objects.count() == 1


def test_neither_phone_nor_pictures_are_stored(world: World, alipay: Fake) -> None:
    paid_by(world, "alipay")
    alipay.complaints.make("PAY-1")
    jobs.list_complaints(world.now, False)
    told = {str(value) for value in Complaint.objects.values().get().values()}
    assert not any("13800000000" in value or "example.com" in value for value in told)
