"""What WeChat Pay says without being asked, over real sockets: genuine, doubled, early, forged, old, a probe."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.wechatpay import notices as sent
from fakes.wechatpay import signatures
from fakes.wechatpay.notices import Kind
from fakes.wechatpay.records import Refund
from fakes.wechatpay.server import Fake
from refunds.gateways import Deadline, NoticeKind, NoticeRefused, Outcome
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.labels import CLOSED_BY_CHANNEL

from .calls import ask, look
from .conftest import SECRET
from .receiver import Receiver, receiving

NUMBER = "503" + "0" * 29


@pytest.fixture
def receiver(wechatpay: WechatPay, fake: Fake) -> Iterator[Receiver]:
    with receiving(wechatpay) as server:
        fake.notify_url = server.url
        yield server


def until(received: list[Any], count: int) -> None:
    give_up = time.monotonic() + 10
    while len(received) < count and time.monotonic() < give_up:
        time.sleep(0.01)
    assert len(received) == count


def row(url: str, status: str = "SUCCESS") -> Refund:
    return Refund("PAY-1", "RF1", NUMBER, 1230, 10000, url, time.time(), status)


def post(fake: Fake, refund: Refund, kind: Kind, event_id: str = "") -> tuple[int, bytes]:
    return sent.post(refund.notify_url, *fake.sender.compose(refund, kind, event_id))


def test_a_refund_that_was_paid(wechatpay: WechatPay, receiver: Receiver) -> None:
    receipt = ask(wechatpay, "PAY-1")
    until(receiver.notices, 1)
    (notice,) = receiver.notices
    assert (notice.kind, notice.receipt, notice.failure) == (NoticeKind.REFUND, receipt, "")
    assert (notice.transaction_no, notice.refund_no) == ("PAY-1", "RF1")
    assert (notice.amount, notice.currency) == (Decimal("12.30"), "CNY")
    assert notice.event_id.startswith("EV-")
    assert notice.at is not None
    assert abs(notice.at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("SUCCESS", Outcome.SUCCEEDED), ("PROCESSING", Outcome.PROCESSING), ("ABNORMAL", Outcome.RETURNED)],
)
def test_each_status(fake: Fake, receiver: Receiver, status: str, outcome: Outcome) -> None:
    assert post(fake, row(receiver.url, status), Kind.GENUINE) == (200, b"")
    receipt = receiver.notices[0].receipt
    assert receipt is not None
    assert (receipt.outcome, receipt.gateway_no, receipt.trace_no) == (outcome, NUMBER, NUMBER)
    assert receipt.account == "招商银行信用卡0403"


@pytest.mark.parametrize("account", ["商户基本账户", "商户结算银行账户"])
def test_money_that_went_to_the_merchant_is_not_with_the_buyer(fake: Fake, receiver: Receiver, account: str) -> None:
    refund = row(receiver.url)
    refund.account = account
    assert post(fake, refund, Kind.GENUINE) == (200, b"")
    receipt = receiver.notices[0].receipt
    assert receipt is not None
    assert (receipt.outcome, receipt.account) == (Outcome.RETURNED, account)


def test_closed_is_a_definite_no(fake: Fake, receiver: Receiver) -> None:
    assert post(fake, row(receiver.url, "CLOSED"), Kind.GENUINE) == (200, b"")
    assert (receiver.notices[0].receipt, receiver.notices[0].failure) == (None, CLOSED_BY_CHANNEL)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.PROBE, "signature: wrong"),
        (Kind.FORGED, "signature: wrong"),
        (Kind.ALTERED, "signature: wrong"),
        (Kind.STRANGE, "signature: unknown_key"),
        (Kind.OLD, "signature: old"),
        (Kind.BAD_TAG, "not readable: ValueError"),
        (Kind.OTHER_MERCHANT, "for another merchant"),
    ],
)
def test_what_is_not_genuine_is_refused(fake: Fake, receiver: Receiver, kind: Kind, reason: str) -> None:
    status, body = post(fake, row(receiver.url), kind)
    assert (status, json.loads(body)) == (400, {"code": "FAIL", "message": "失败"})
    assert (receiver.notices, receiver.refusals) == ([], [reason])


def test_what_is_about_no_refund_is_taken_and_nothing_more(fake: Fake, receiver: Receiver) -> None:
    assert post(fake, row(receiver.url), Kind.PAYMENT) == (200, b"")
    (notice,) = receiver.notices
    assert (notice.kind, notice.receipt, notice.refund_no) == (NoticeKind.OTHER, None, "")


def test_one_that_comes_twice_has_the_same_id(wechatpay: WechatPay, fake: Fake, receiver: Receiver) -> None:
    ask(wechatpay, "TWICE-1")
    until(receiver.notices, 2)
    assert receiver.notices[0] == receiver.notices[1]
    until(fake.sent, 2)
    with urllib.request.urlopen(f"{fake.url}/notices", timeout=5) as answer:
        shown = json.load(answer)
    assert shown == 2 * [
        {
            "event_id": receiver.notices[0].event_id,
            "out_refund_no": "RF1",
            "refund_status": "SUCCESS",
            "answer": 200,
        }
    ]


def test_one_may_come_before_the_answer(wechatpay: WechatPay, receiver: Receiver) -> None:
    receipt = ask(wechatpay, "AHEAD-1")
    assert [notice.receipt for notice in receiver.notices] == [receipt]


@pytest.mark.parametrize(("script", "outcome"), [("SLOW", Outcome.SUCCEEDED), ("ABNORMAL", Outcome.RETURNED)])
def test_one_comes_when_a_refund_that_was_under_way_has_ended(
    wechatpay: WechatPay, fake: Fake, receiver: Receiver, script: str, outcome: Outcome
) -> None:
    fake.records.settle_after = 0.3
    assert ask(wechatpay, f"{script}-1").outcome == Outcome.PROCESSING
    until(receiver.notices, 1)
    assert receiver.notices[0].receipt == look(wechatpay, f"{script}-1")
    assert receiver.notices[0].receipt is not None
    assert receiver.notices[0].receipt.outcome == outcome


def test_one_out_of_order_says_what_it_says(fake: Fake, receiver: Receiver) -> None:
    """An older one after a newer: whoever applies them decides by what is stored, the reader has no memory."""
    for status in ("SUCCESS", "PROCESSING"):
        assert post(fake, row(receiver.url, status), Kind.GENUINE) == (200, b"")
    assert [notice.receipt.outcome for notice in receiver.notices if notice.receipt] == ["succeeded", "processing"]
    assert len({notice.event_id for notice in receiver.notices}) == 2


def test_one_that_is_refused_comes_again(fake: Fake, receiver: Receiver) -> None:
    receiver.wechatpay = replace(receiver.wechatpay, account=replace(receiver.wechatpay.account, platform=NoKeys()))
    refund, stopped = row(receiver.url), threading.Event()
    assert sent.send_until_taken(fake.sender, refund, stopped, waits=(0.0, 0.0)) == 400
    assert len(receiver.refusals) == 3


class NoKeys:
    requested = ""

    def find(self, serial: str, deadline: object) -> None:
        return None

    def current(self, deadline: object) -> Any:
        raise AssertionError


def signed(fake: Fake, body: bytes) -> dict[str, str]:
    headers = signatures.headers(body, fake.signs_with, fake.platform[fake.signs_with].key)
    return {name.lower(): value for name, value in headers.items()}


def event(plain: object, **changes: Any) -> bytes:
    resource = signatures.seal(json.dumps(plain), "refund", SECRET) | {"original_type": "refund"}
    whole = {"id": "EV-1", "create_time": "2026-01-02T03:04:05+08:00", "resource": resource}
    return json.dumps(whole | changes).encode()


PLAIN = {
    "mchid": "1900000109",
    "transaction_id": "T",
    "out_refund_no": "R",
    "refund_id": "5",
    "refund_status": "SUCCESS",
    "amount": {"refund": 1},
}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        event(PLAIN, id=""),
        event(PLAIN, id=7),
        event(PLAIN, create_time=None),
        event(PLAIN, create_time="2026-01-02T03:04:05"),
        event(PLAIN, create_time="2026-13-02T03:04:05Z"),
        event(PLAIN, resource=None),
        event(PLAIN, resource={"original_type": "refund", "algorithm": "NONE"}),
        event(
            PLAIN, resource={"original_type": "refund", "algorithm": "AEAD_AES_256_GCM", "ciphertext": 1, "nonce": 2}
        ),
        event([]),
        event({}),
        event(PLAIN | {"refund_status": "WANDERING"}),
        event(PLAIN | {"refund_status": ["SUCCESS"]}),
        event(PLAIN | {"amount": {"refund": 1.5}}),
        event(PLAIN | {"amount": {"refund": True}}),
        event(PLAIN | {"amount": 1}),
    ],
)
def test_signed_and_not_readable_is_refused(wechatpay: WechatPay, fake: Fake, body: bytes) -> None:
    with pytest.raises(NoticeRefused):
        wechatpay.read_notice(headers=signed(fake, body), body=body, now=datetime.now(UTC), deadline=Deadline.after(3))


def test_readable_without_what_may_be_missing(wechatpay: WechatPay, fake: Fake) -> None:
    body = event(PLAIN)
    notice = wechatpay.read_notice(
        headers=signed(fake, body), body=body, now=datetime.now(UTC), deadline=Deadline.after(3)
    )
    assert (notice.amount, notice.refund_no) == (Decimal("0.01"), "R")
    assert notice.receipt is not None
    assert notice.receipt.account == ""


def test_without_headers_it_is_refused(wechatpay: WechatPay) -> None:
    with pytest.raises(NoticeRefused, match="signature: missing"):
        wechatpay.read_notice(headers={}, body=event(PLAIN), now=datetime.now(UTC), deadline=Deadline.after(3))
