"""Stripe's events: which are genuine, and what each says. The vector is that of protocols §3."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.stripe.events import signed
from fakes.stripe.server import Fake
from refunds.gateways import ChargebackStatus, Deadline, Notice, NoticeKind, NoticeRefused, Outcome
from refunds.gateways.stripe import signing
from refunds.gateways.stripe.adapter import Stripe

from .conftest import SECRET

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"id":"evt_1"}'


def read(stripe: Stripe, body: bytes, header: str | None = None, now: datetime | None = None) -> Notice:
    header = signed(body, SECRET) if header is None else header
    return stripe.read_notice(
        headers={"stripe-signature": header}, body=body, now=now or datetime.now(UTC), deadline=Deadline.after(3)
    )


def event(kind: str, source: dict[str, Any], **other: Any) -> bytes:
    return json.dumps({"id": "evt_7", "type": kind, "created": AT, "data": {"object": source}} | other).encode()


def test_the_vector() -> None:
    expected = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    assert signing.signature("whsec_test", 1700000000, BODY) == expected
    moment = datetime.fromtimestamp(1700000000, UTC)
    signing.verify(f"t=1700000000,v1={expected}", BODY, secret="whsec_test", now=moment)


@pytest.mark.parametrize(("seconds", "genuine"), [(299, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_five_minutes_and_no_more(stripe: Stripe, seconds: int, genuine: bool) -> None:
    header, now = signed(BODY, SECRET, AT), NOW + timedelta(seconds=seconds)
    if genuine:
        assert read(stripe, BODY, header, now).kind == NoticeKind.OTHER
    else:
        with pytest.raises(NoticeRefused, match="too old"):
            read(stripe, BODY, header, now)


def test_any_of_several_signatures_counts(stripe: Stripe) -> None:
    """While the secret is being changed, Stripe signs with both."""
    time, own = signed(BODY, SECRET, AT).split(",")
    other = signed(BODY, "whsec_old", AT).split(",")[1]
    for header in (f"{time},{other},{own}", f"{time},{own},{other}", f"{own}, {time},v0=1"):
        assert read(stripe, BODY, header, NOW).event_id == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=",
        "t=1",
        f"t={AT}",
        f"t={AT},v1=",
        f"t={AT},v1={'0' * 64}",
        f"t={AT},v1=é",
        "t=²,v1=1",
        f"t={'9' * 400},v1=1",
        signed(BODY, "whsec_other", AT),
        signed(BODY + b" ", SECRET, AT),
        signed(BODY, SECRET, AT).replace("v1=", "v0="),
        signed(BODY, SECRET, AT).replace(f"t={AT}", f"t={AT + 1}"),
        f"t={AT},{signed(BODY, SECRET, AT)}",
    ],
)
def test_a_forged_signature_is_refused(stripe: Stripe, header: str) -> None:
    with pytest.raises(NoticeRefused, match="Stripe-Signature") as refused:
        read(stripe, BODY, header, NOW)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b'{"id":7}', b"\xff"])
def test_what_is_no_event_is_refused_though_it_is_signed(stripe: Stripe, body: bytes) -> None:
    with pytest.raises(NoticeRefused, match="no event"):
        read(stripe, body)


def test_a_refund_arrives_and_is_sent_back(stripe: Stripe, fake: Fake) -> None:
    stripe.request(
        refund_no="RF1",
        transaction_no="pi_1",
        amount=Decimal("12.30"),
        total=Decimal(100),
        currency="CNY",
        deadline=Deadline.after(5),
    )
    fake.events.refer("pi_1")
    fake.events.return_all("pi_1")
    created, updated, failed = (read(stripe, body) for body in fake.events.sent)
    for notice in (created, updated, failed):
        assert (notice.kind, notice.refund_no) == (NoticeKind.REFUND, "RF1")
        assert (notice.transaction_no, notice.charge_no) == ("pi_1", "ch_1")
        assert (notice.amount, notice.currency) == (Decimal("12.30"), "CNY")
        assert notice.at is not None
    assert created.receipt is not None
    assert (created.receipt.outcome, created.receipt.gateway_no, created.failure) == (Outcome.SUCCEEDED, "re_1", "")
    assert (created.receipt.trace_no, updated.receipt and updated.receipt.trace_no[:4]) == ("", "7459")
    assert (failed.receipt, failed.failure) == (None, "The buyer's card has expired or was cancelled.")
    assert len({created.event_id, updated.event_id, failed.event_id}) == 3
    assert read(stripe, fake.events.sent[0]) == created  # sent again, it is the same event


REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 500,
    "charge": "ch_1",
    "currency": "jpy",
    "metadata": {"refund_no": "RF1"},
    "payment_intent": None,
    "status": "succeeded",
}


@pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
@pytest.mark.parametrize(
    ("status", "outcome", "failure"),
    [
        ("succeeded", Outcome.SUCCEEDED, ""),
        ("pending", Outcome.PROCESSING, ""),
        ("requires_action", Outcome.PROCESSING, ""),
        ("failed", None, "The buyer's bank sent the refund back without a reason."),
        ("canceled", None, "The refund was cancelled at the payment channel."),
        ("something_new", None, ""),
    ],
)
def test_every_event_and_status_of_a_refund(
    stripe: Stripe, kind: str, status: str, outcome: Outcome | None, failure: str
) -> None:
    notice = read(stripe, event(kind, REFUND | {"status": status}))
    assert (notice.kind, notice.refund_no, notice.failure) == (NoticeKind.REFUND, "RF1", failure)
    assert (notice.receipt.outcome if notice.receipt else None) == outcome
    # A charge without a payment intent.
    assert (notice.transaction_no, notice.charge_no, notice.amount) == ("ch_1", "", Decimal(500))
    assert notice.at == NOW


def test_a_refund_that_a_person_made_at_stripe_names_its_payment(stripe: Stripe) -> None:
    notice = read(stripe, event("refund.created", REFUND | {"metadata": {}}))
    assert (notice.kind, notice.refund_no, notice.transaction_no) == (NoticeKind.REFUND, "", "ch_1")


def test_a_charge_that_was_refunded_only_says_that_something_happened(stripe: Stripe) -> None:
    charge = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "amount_refunded": 1230, "currency": "cny"}
    notice = read(stripe, event("charge.refunded", charge))
    assert (notice.kind, notice.transaction_no, notice.charge_no) == (NoticeKind.REFUND, "pi_1", "ch_1")
    assert (notice.refund_no, notice.receipt, notice.failure, notice.amount) == ("", None, "", None)


@pytest.mark.parametrize("kind", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"])
@pytest.mark.parametrize(
    ("status", "chargeback"),
    [
        ("needs_response", ChargebackStatus.OPEN),
        ("under_review", ChargebackStatus.OPEN),
        ("won", ChargebackStatus.WON),
        ("lost", ChargebackStatus.LOST),
    ],
)
def test_a_dispute_is_a_chargeback(
    stripe: Stripe, fake: Fake, kind: str, status: str, chargeback: ChargebackStatus
) -> None:
    body = fake.events.dispute("pi_1", status, 1230, "usd")
    source = json.loads(body)["data"]["object"]
    for notice in (read(stripe, body), read(stripe, event(f"charge.dispute.{kind}", source))):
        assert (notice.kind, notice.chargeback, notice.chargeback_no) == (NoticeKind.CHARGEBACK, chargeback, "dp_1")
        assert (notice.transaction_no, notice.charge_no) == ("pi_1", "ch_1")
        assert (notice.amount, notice.currency, notice.reason) == (Decimal("12.30"), "USD", "fraudulent")


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review", "warning_closed", "prevented"])
def test_an_inquiry_has_taken_no_money(stripe: Stripe, status: str) -> None:
    dispute = {"id": "dp_1", "object": "dispute", "status": status, "payment_intent": "pi_1", "amount": 1}
    notice = read(stripe, event("charge.dispute.created", dispute))
    assert (notice.kind, notice.chargeback) == (NoticeKind.OTHER, None)


@pytest.mark.parametrize(
    "body",
    [
        event("payment_intent.succeeded", {"id": "pi_1"}),
        event("charge.dispute.created", {}),
        b'{"id":"evt_1","type":7,"created":"x","data":[]}',
        b'{"id":"evt_1","type":"customer.created","created":1e400}',
        b'{"id":"evt_1","type":"customer.created","created":99999999999999999999}',
    ],
)
def test_other_events_are_only_received(stripe: Stripe, body: bytes) -> None:
    assert read(stripe, body).kind == NoticeKind.OTHER


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"status": "succeeded"},
        {"status": 7, "amount": "12", "currency": None, "metadata": [], "charge": {"id": 7}},
        {"status": "failed", "amount": True, "currency": "kwd", "failure_reason": {"id": "x"}},
        {"status": "succeeded", "amount": 150, "currency": "isk", "destination_details": {"type": "card"}},
    ],
)
def test_odd_refunds_are_read_without_a_fault(stripe: Stripe, source: dict[str, Any]) -> None:
    notice = read(stripe, event("refund.updated", source))
    assert (notice.kind, notice.refund_no, notice.amount) == (NoticeKind.REFUND, "", None)
    dispute = read(stripe, event("charge.dispute.closed", source | {"status": "lost"}))
    assert (dispute.chargeback, dispute.amount) == (ChargebackStatus.LOST, None)
