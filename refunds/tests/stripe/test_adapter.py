"""Each thing that Stripe may answer, and what is concluded from it: over real sockets."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from fakes.stripe.server import Fake
from refunds.gateways import Deadline, GatewayError, Outcome, Receipt
from refunds.gateways.stripe.adapter import Stripe

AMOUNT = Decimal("12.30")


def ask(stripe: Stripe, payment: str, number: str = "RF1", *, seconds: float = 5.0, **other: Any) -> Receipt:
    call: dict[str, Any] = {"amount": AMOUNT, "total": Decimal(100), "currency": "CNY"} | other
    return stripe.request(refund_no=number, transaction_no=payment, deadline=Deadline.after(seconds), **call)


def look(stripe: Stripe, payment: str, number: str = "RF1", *, seconds: float = 5.0) -> Receipt:
    return stripe.query(refund_no=number, transaction_no=payment, deadline=Deadline.after(seconds))


@pytest.mark.parametrize("payment", ["pi_3Nx", "ch_3Nx", "py_3Nx"])
def test_a_refund_is_carried_out_once_however_often_it_is_asked_for(stripe: Stripe, fake: Fake, payment: str) -> None:
    assert look(stripe, payment).outcome == Outcome.NOT_FOUND
    first = ask(stripe, payment)
    assert (first.outcome, first.gateway_no, first.account) == (Outcome.SUCCEEDED, "re_1", "visa •••• 4242")
    assert ask(stripe, payment) == look(stripe, payment) == first
    fake.events.refer(payment)
    assert (first.trace_no, look(stripe, payment).trace_no[:4]) == ("", "7459")
    assert fake.records.amounts(payment) == [1230]


def test_a_key_that_was_forgotten_after_a_day_pays_nothing_twice(stripe: Stripe, fake: Fake) -> None:
    """Only the list knows it: the same key would be carried out a second time."""
    with pytest.raises(GatewayError):
        ask(stripe, "pi_FORGOTTEN_1")
    assert fake.records.keys == {}
    assert look(stripe, "pi_FORGOTTEN_1").outcome == Outcome.SUCCEEDED
    assert fake.records.amounts("pi_FORGOTTEN_1") == [1230]


def test_every_page_of_refunds_is_read(stripe: Stripe, fake: Fake) -> None:
    with pytest.raises(GatewayError):
        ask(stripe, "pi_MANY_1")
    assert look(stripe, "pi_MANY_1").outcome == Outcome.SUCCEEDED
    assert fake.records.questions["ch_MANY_1"] == 3
    assert look(stripe, "pi_MANY_1", "RF2").outcome == Outcome.NOT_FOUND


def test_the_same_number_at_the_same_time_is_carried_out_once(stripe: Stripe, fake: Fake) -> None:
    def once(_: int) -> Outcome | str:
        try:
            return ask(stripe, "pi_1").outcome
        except GatewayError as error:
            return f"permanent: {error}" if error.permanent else str(error)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(once, range(16)))
    assert Outcome.SUCCEEDED in answers
    assert answers <= {Outcome.SUCCEEDED, "Refused. (idempotency_key_in_use)"}
    assert fake.records.amounts("pi_1") == [1230]


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("0.01", "CNY", 1), ("9.9", "USD", 990), ("500.00", "JPY", 500), ("5.00", "ISK", 500), ("7.00", "MGA", 7)],
)
def test_amounts_are_whole_numbers_of_the_smallest_unit(
    stripe: Stripe, fake: Fake, amount: str, currency: str, units: int
) -> None:
    fake.records.currencies["ch_1"] = currency.lower()
    assert ask(stripe, "pi_1", amount=Decimal(amount), currency=currency).outcome == Outcome.SUCCEEDED
    assert fake.records.amounts("pi_1") == [units]


@pytest.mark.parametrize(("amount", "currency"), [("1.00", "KWD"), ("1.50", "JPY"), ("1.50", "ISK"), ("1.50", "MGA")])
def test_an_amount_that_cannot_be_written_is_not_sent(stripe: Stripe, fake: Fake, amount: str, currency: str) -> None:
    with pytest.raises(GatewayError, match=currency) as refused:
        ask(stripe, "pi_1", amount=Decimal(amount), currency=currency)
    assert refused.value.permanent is True
    assert fake.records.requests == {}


@pytest.mark.parametrize("number", ["", "4200001", "re_1", "pi"])
def test_a_number_of_another_channel_is_not_sent(stripe: Stripe, fake: Fake, number: str) -> None:
    with pytest.raises(GatewayError, match="no number of a payment at Stripe") as refused:
        ask(stripe, number)
    assert refused.value.permanent is True
    assert fake.records.requests == {}


@pytest.mark.parametrize("change", [{"amount": Decimal("12.31")}, {"currency": "USD"}])
def test_the_same_number_for_another_amount_is_no_success(stripe: Stripe, fake: Fake, change: Any) -> None:
    """With the key known (`idempotency_error`), and with the key forgotten but the refund in the list."""
    ask(stripe, "pi_1")
    with pytest.raises(GatewayError, match=r"used for 12.30 CNY instead of") as other:
        ask(stripe, "pi_1", **change).require(**{"amount": AMOUNT, "currency": "CNY"} | change)
    assert (other.value.permanent, other.value.retry_after) == (False, timedelta(minutes=15))
    assert fake.records.amounts("pi_1") == [1230]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("BUSY", r"Something went wrong. \(api_error\)"),
        ("LOST", "no answer"),
        ("HTML", "no answer of Stripe"),
        ("FOREIGN", "another refund"),
        ("FORGOTTEN", "no answer"),
    ],
)
def test_carried_out_and_not_known_is_asked_for(stripe: Stripe, fake: Fake, script: str, text: str) -> None:
    with pytest.raises(GatewayError, match=text) as unknown:
        ask(stripe, f"pi_{script}_1")
    assert unknown.value.permanent is False
    assert fake.records.amounts(f"pi_{script}_1") == [1230]
    assert look(stripe, f"pi_{script}_1").outcome == Outcome.SUCCEEDED
    assert fake.records.amounts(f"pi_{script}_1") == [1230]


def test_a_500_is_replayed_and_the_list_knows_better(stripe: Stripe, fake: Fake) -> None:
    for _ in range(2):
        with pytest.raises(GatewayError, match="api_error"):
            ask(stripe, "pi_BUSY_1")
    assert look(stripe, "pi_BUSY_1").outcome == Outcome.SUCCEEDED


@pytest.mark.parametrize("script", ["CUT", "USED", "LIMIT"])
def test_not_carried_out_and_not_known_is_sent_again(stripe: Stripe, fake: Fake, script: str) -> None:
    with pytest.raises(GatewayError) as unknown:
        ask(stripe, f"pi_{script}_1")
    assert unknown.value.permanent is False
    assert fake.records.refunds == []
    assert look(stripe, f"pi_{script}_1").outcome == Outcome.NOT_FOUND
    assert ask(stripe, f"pi_{script}_1").outcome == Outcome.SUCCEEDED


@pytest.mark.parametrize(("script", "amounts"), [("SILENT", []), ("LATE", [1230]), ("DRIP", [1230])])
def test_no_call_is_longer_than_its_deadline(stripe: Stripe, fake: Fake, script: str, amounts: list[int]) -> None:
    """DRIP sends a byte now and then: a time-out that is counted anew with each would never come."""
    begun = time.monotonic()
    with pytest.raises(GatewayError) as unknown:
        ask(stripe, f"pi_{script}_1", seconds=0.4)
    assert time.monotonic() - begun < 1.5
    assert unknown.value.permanent is False
    assert fake.records.amounts(f"pi_{script}_1") == amounts
    assert look(stripe, f"pi_{script}_1").outcome == (Outcome.SUCCEEDED if amounts else Outcome.NOT_FOUND)


def test_nobody_listens(stripe: Stripe, fake: Fake) -> None:
    deaf = replace(stripe, account=replace(stripe.account, base="http://127.0.0.1:9"))
    with pytest.raises(GatewayError, match="ConnectError") as unknown:
        ask(deaf, "pi_1")
    assert (unknown.value.permanent, unknown.value.retry_after) == (False, None)


def test_pending_is_waited_for(stripe: Stripe, fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    assert ask(stripe, "pi_SLOW_1") == Receipt(
        Outcome.PROCESSING, "re_1", account="visa •••• 4242", amount=AMOUNT, currency="CNY"
    )
    assert look(stripe, "pi_SLOW_1").outcome == Outcome.PROCESSING
    assert caplog.text == ""
    assert look(stripe, "pi_SLOW_1").outcome == Outcome.SUCCEEDED


def test_a_balance_that_is_too_low_is_an_error_in_the_log(
    stripe: Stripe, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(stripe, "pi_POOR_1").outcome == Outcome.PROCESSING
    assert [(row.levelname, "topped up" in row.message) for row in caplog.records] == [("ERROR", True)]


@pytest.mark.parametrize(
    ("script", "before", "reason"),
    [
        ("DECLINED", Outcome.PROCESSING, "The buyer's bank declined the refund."),
        ("CANCELED", Outcome.PROCESSING, "The refund was cancelled at the payment channel."),
        ("RETURNED", Outcome.SUCCEEDED, "The buyer's card has expired or was cancelled."),
    ],
)
def test_what_the_bank_sent_back_did_not_arrive(
    stripe: Stripe, fake: Fake, script: str, before: Outcome, reason: str
) -> None:
    payment = f"pi_{script}_1"
    assert ask(stripe, payment).outcome == look(stripe, payment).outcome == before
    with pytest.raises(GatewayError) as failed:
        look(stripe, payment)
    assert (failed.value.permanent, str(failed.value)) == (True, reason)
    assert fake.records.amounts(payment) == []


def test_one_that_arrived_counts_before_one_that_did_not(stripe: Stripe, fake: Fake) -> None:
    for status in ("failed", "succeeded", "failed"):
        fake.records.carry_out("ch_1", 1230, {"refund_no": "RF1"}, status)
    assert look(stripe, "pi_1").gateway_no == "re_2"


def test_refused_for_good_is_believed_only_once_the_number_is_not_known(stripe: Stripe, fake: Fake) -> None:
    with pytest.raises(GatewayError, match=r"already been refunded. \(charge_already_refunded\)") as refused:
        ask(stripe, "pi_FAIL_1")
    assert refused.value.permanent is True
    fake.records.carry_out("ch_FAIL_2", 1230, {"refund_no": "RF2"})  # by an earlier call, whose answer was lost
    assert ask(stripe, "pi_FAIL_2", "RF2").outcome == Outcome.SUCCEEDED


def test_more_than_was_paid_is_refused(stripe: Stripe, fake: Fake) -> None:
    fake.records.paid["ch_1"] = 2000
    assert ask(stripe, "pi_1").outcome == Outcome.SUCCEEDED
    with pytest.raises(GatewayError, match="greater than unrefunded amount") as refused:
        ask(stripe, "pi_1", "RF2")
    assert refused.value.permanent is True
    assert fake.records.amounts("pi_1") == [1230]


@pytest.mark.parametrize("code", ["500:api_error:::", "401:invalid_request_error:api_key_expired::"])
def test_a_refused_question_says_nothing_about_the_refund(stripe: Stripe, fake: Fake, code: str) -> None:
    payment = f"pi_REFUSES:{code}:1"
    with pytest.raises(GatewayError):
        ask(stripe, payment)
    with pytest.raises(GatewayError, match="no list of refunds") as unknown:
        look(stripe, payment)
    assert unknown.value.permanent is False
    assert look(stripe, payment).outcome == Outcome.SUCCEEDED


def test_a_payment_that_the_account_does_not_know_says_nothing(stripe: Stripe) -> None:
    """With the key of another account, or of the test mode, no payment is known, whatever the right one has paid."""
    for call in (look, ask):
        with pytest.raises(GatewayError, match="resource_missing") as unknown:
            call(stripe, "pi_NONE_1")
        assert (unknown.value.permanent, unknown.value.retry_after) == (False, timedelta(minutes=15))


def test_nothing_secret_is_shown(stripe: Stripe, fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    stranger = replace(stripe, account=replace(stripe.account, key="sk_test_another"))
    with caplog.at_level("INFO"), pytest.raises(GatewayError) as refused:
        ask(stranger, "pi_1")
    assert refused.value.permanent is False
    shown = repr(stripe) + repr(stranger) + repr(refused.value) + caplog.text
    assert "stripe refunds nothing until somebody acts" in shown
    for secret in (stripe.account.key, "sk_test_another", stripe.account.webhook_secret):
        assert secret not in shown
