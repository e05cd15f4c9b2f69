"""By which key WeChat Pay signs, and how that changes while refunds are under way."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from fakes.wechatpay.notices import Kind
from fakes.wechatpay.server import Fake
from refunds.gateways import Deadline, Fault, Finding, GatewayError, NoticeRefused, Outcome
from refunds.gateways.wechatpay import certificates
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.certificates import PATIENCE, PAUSE, REFRESH, Certificates
from refunds.gateways.wechatpay.configuration import build
from tests.checkout import eventually

from .calls import ask, look, redirect
from .certificates import certificate
from .conftest import PUBLIC_KEY_ID, Keys

NEXT, FIRST, SECOND = "PUB_KEY_ID_0119000001092027010100002", "5157F09EFDC096DE", "7A0C3D5E9B1F2468"


def test_the_next_public_key_is_taken_while_refunds_are_under_way(configured: Any, fake: Fake, keys: Keys) -> None:
    configured.WECHATPAY_NEXT_PUBLIC_KEY_ID, configured.WECHATPAY_NEXT_PUBLIC_KEY = NEXT, keys.other.public
    adapter = build(configured)
    assert ask(adapter, "SLOW-1").outcome == Outcome.PROCESSING
    fake.platform[NEXT], fake.signs_with, fake.records.ahead = keys.other, NEXT, 60.0
    assert look(adapter, "SLOW-1").outcome == Outcome.SUCCEEDED
    assert ask(adapter, "PAY-1", "RF2").outcome == Outcome.SUCCEEDED
    headers, body = fake.sender.compose(fake.records.refunds["RF2"])
    lower = {name.lower(): value for name, value in headers.items()}
    assert (
        adapter.read_notice(headers=lower, body=body, now=datetime.now(UTC), deadline=Deadline.after(3)).refund_no
        == "RF2"
    )
    adapter.account.merchant.http.close()


def test_a_key_that_nobody_set_is_an_error_in_the_log_and_no_outcome(
    wechatpay: WechatPay, fake: Fake, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    fake.platform[NEXT], fake.signs_with = keys.other, NEXT
    with pytest.raises(GatewayError, match="a key that is not set") as unknown:
        ask(wechatpay, "PAY-1")
    assert unknown.value.is_permanent(1000) is False
    assert "has it changed its key?" in caplog.text
    fake.signs_with = PUBLIC_KEY_ID
    assert look(wechatpay, "PAY-1").outcome == Outcome.SUCCEEDED


@pytest.fixture
def with_certificates(configured: Any, fake: Fake, keys: Keys) -> Iterator[WechatPay]:
    """A merchant that has no public key of WeChat Pay's."""
    configured.WECHATPAY_PUBLIC_KEY_ID = configured.WECHATPAY_PUBLIC_KEY = ""
    fake.platform, fake.signs_with = {FIRST: keys.platform, SECOND: keys.other}, FIRST
    fake.certificates = {FIRST: certificate(keys.platform)}
    adapter = build(configured)
    yield adapter
    adapter.account.merchant.http.close()


def later(adapter: WechatPay, by: timedelta) -> Certificates:
    """Its certificates, which now think that it is later by so much."""
    platform = adapter.account.platform
    assert isinstance(platform, Certificates)
    platform._merchant = replace(platform._merchant, now=lambda: datetime.now(UTC) + by)
    return platform


def test_certificates_are_fetched_once(with_certificates: WechatPay, fake: Fake) -> None:
    assert ask(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    assert fake.records.requests["/v3/certificates"] == 1
    assert with_certificates.check(deadline=Deadline.after(5)) == Finding()


@pytest.mark.parametrize(
    ("after", "fetches"),
    [(REFRESH - timedelta(seconds=1), 1), (REFRESH + timedelta(seconds=1), 2)],
)
def test_certificates_are_renewed_in_time(
    with_certificates: WechatPay, fake: Fake, after: timedelta, fetches: int
) -> None:
    later(with_certificates, timedelta(0)).current(Deadline.after(5))
    # As if they had been fetched so long ago: the clock of the call itself stays right.
    platform = later(with_certificates, timedelta(0))
    platform._fetched_at = datetime.now(UTC) - after
    platform.current(Deadline.after(5))
    assert fake.records.requests["/v3/certificates"] == fetches


def test_a_new_certificate_is_fetched_when_it_is_met(with_certificates: WechatPay, fake: Fake, keys: Keys) -> None:
    platform = later(with_certificates, timedelta(0))
    assert ask(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    fake.certificates[SECOND], fake.signs_with = certificate(keys.other), SECOND
    with pytest.raises(GatewayError, match="a key that is not set"):
        look(with_certificates, "PAY-1")  # fetched less than a minute ago
    assert fake.records.requests["/v3/certificates"] == 1
    platform._fetched_at = datetime.now(UTC) - PATIENCE
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    headers, body = fake.sender.compose(fake.records.refunds["RF1"])
    lower = {name.lower(): value for name, value in headers.items()}
    assert (
        with_certificates.read_notice(
            headers=lower, body=body, now=datetime.now(UTC), deadline=Deadline.after(3)
        ).refund_no
        == "RF1"
    )
    assert fake.records.requests["/v3/certificates"] == 2


def test_serials_of_strangers_fetch_no_more_than_once_a_minute(with_certificates: WechatPay, fake: Fake) -> None:
    ask(with_certificates, "PAY-1")
    headers, body = fake.sender.compose(fake.records.refunds["RF1"], Kind.STRANGE)
    lower = {name.lower(): value for name, value in headers.items()}
    for _ in range(5):
        with pytest.raises(NoticeRefused, match="unknown_key"):
            with_certificates.read_notice(headers=lower, body=body, now=datetime.now(UTC), deadline=Deadline.after(3))
    assert fake.records.requests["/v3/certificates"] == 1


def test_a_certificate_that_has_ended_signs_nothing(with_certificates: WechatPay, fake: Fake, keys: Keys) -> None:
    fake.certificates = {FIRST: certificate(keys.platform, until=timedelta(seconds=-1))}
    with pytest.raises(GatewayError, match="a key that is not set"):
        ask(with_certificates, "PAY-1")
    with pytest.raises(GatewayError, match="no valid platform certificate"):
        with_certificates.account.platform.current(Deadline.after(5))


def test_certificates_of_somebody_else_are_not_believed(with_certificates: WechatPay, fake: Fake) -> None:
    fake.secret = "f" * 32
    with pytest.raises(GatewayError, match="WECHATPAY_APIV3_KEY") as unknown:
        ask(with_certificates, "PAY-1")
    assert unknown.value.permanent is False
    finding = with_certificates.check(deadline=Deadline.after(5))
    assert (finding.fault, "WECHATPAY_APIV3_KEY" in finding.detail) == (Fault.NO_ANSWER, True)


def test_the_answer_with_the_certificates_is_signed_by_one_of_them(
    with_certificates: WechatPay, fake: Fake, keys: Keys
) -> None:
    fake.certificates = {SECOND: certificate(keys.other)}
    with pytest.raises(GatewayError, match="signed by none of them"):
        ask(with_certificates, "PAY-1")


def test_while_they_cannot_be_renewed_the_known_ones_serve(
    with_certificates: WechatPay, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    platform = later(with_certificates, timedelta(0))
    ask(with_certificates, "PAY-1")
    fake.certificates = {}
    platform._fetched_at = datetime.now(UTC) - 2 * REFRESH
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    assert eventually(lambda: "were not fetched again" in caplog.text, 5)
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED


def test_without_a_thread_to_spare_the_known_ones_serve_and_are_renewed_later(
    with_certificates: WechatPay, fake: Fake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = later(with_certificates, timedelta(0))
    ask(with_certificates, "PAY-1")
    platform._fetched_at = datetime.now(UTC) - 2 * REFRESH

    def refuse(*args: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading, "_start_new_thread", refuse)
    key = platform.find(FIRST, Deadline.after(5))
    monkeypatch.undo()
    assert key is not None
    assert "can't start new thread" in caplog.text
    assert platform.find(FIRST, Deadline.after(5)) is not None
    assert eventually(lambda: not platform._is_older_than(REFRESH), 5)
    assert fake.records.requests["/v3/certificates"] == 2


@pytest.fixture
def hanging(with_certificates: WechatPay, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """They were fetched long ago, and since then their endpoint answers nothing."""
    ask(with_certificates, "PAY-1")
    monkeypatch.setattr(certificates, "FETCH_SECONDS", 0.5)
    fake.certificates_after = 60.0
    platform = later(with_certificates, timedelta(0))
    platform._fetched_at = datetime.now(UTC) - 2 * REFRESH
    return platform


def test_an_endpoint_that_hangs_holds_up_nobody_whose_key_is_known(
    with_certificates: WechatPay, hanging: Certificates, fake: Fake
) -> None:
    headers, body = fake.sender.compose(fake.records.refunds["RF1"])
    lower = {name.lower(): value for name, value in headers.items()}
    began = monotonic()
    for _ in range(10):
        assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
        with_certificates.read_notice(headers=lower, body=body, now=datetime.now(UTC), deadline=Deadline.after(3))
    assert monotonic() - began < 0.5
    assert eventually(lambda: hanging._failed_at is not None, 5)
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    assert fake.records.requests["/v3/certificates"] == 2, "one at a time, and none again soon after a failure"


def test_a_serial_that_is_not_known_waits_a_little_and_then_for_a_pause(
    with_certificates: WechatPay, hanging: Certificates, fake: Fake, keys: Keys
) -> None:
    fake.certificates[SECOND], fake.signs_with = certificate(keys.other), SECOND
    waited = []
    for _ in range(3):
        began = monotonic()
        with pytest.raises(GatewayError, match="no answer from the channel") as unknown:
            look(with_certificates, "PAY-1")
        assert unknown.value.permanent is False
        waited.append(monotonic() - began)
    assert 0.4 < waited[0] < 3
    assert max(waited[1:]) < 0.4
    assert fake.records.requests["/v3/certificates"] == 2
    fake.certificates_after = 0.0
    hanging._failed_at = datetime.now(UTC) - PAUSE
    assert look(with_certificates, "PAY-1").outcome == Outcome.SUCCEEDED
    assert fake.records.requests["/v3/certificates"] == 3
    assert not hanging._is_paused()


def test_known_keys_verify_while_an_unknown_one_is_fetched(hanging: Certificates, fake: Fake) -> None:
    """Strangers name serials as they like; one of them waits, and nobody else."""
    with ThreadPoolExecutor(8) as pool:
        strangers = [pool.submit(hanging.find, f"{number}", Deadline.after(5)) for number in range(4)]
        began = monotonic()
        known = [pool.submit(hanging.find, FIRST, Deadline.after(5)).result() for _ in range(20)]
        assert monotonic() - began < 0.3
        assert None not in known
        assert all(isinstance(stranger.exception(), GatewayError) for stranger in strangers)
    assert fake.records.requests["/v3/certificates"] == 2


def test_at_the_start_all_wait_for_one_fetch(with_certificates: WechatPay, fake: Fake) -> None:
    fake.certificates_after = 0.3
    platform = later(with_certificates, timedelta(0))
    with ThreadPoolExecutor(4) as pool:
        keys_of = list(pool.map(lambda _: platform.find(FIRST, Deadline.after(5)), range(4)))
    assert None not in keys_of
    assert fake.records.requests["/v3/certificates"] == 1


def test_fields_are_encrypted_by_the_certificate_that_holds_longest(
    with_certificates: WechatPay, fake: Fake, keys: Keys
) -> None:
    fake.certificates[SECOND] = certificate(keys.other, until=timedelta(days=9))
    ask(with_certificates, "ABNORMAL-1")
    fake.records.ahead = 60.0
    assert redirect(with_certificates, "ABNORMAL-1").account == "ICBC_DEBIT 3445"
