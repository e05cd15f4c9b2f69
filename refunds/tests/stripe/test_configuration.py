"""From the environment to a channel that works, or to a sentence that says why it does not."""

from typing import Any

import pytest

from fakes.stripe.server import Fake
from refunds import channel_settings, gateways
from refunds.gateways.stripe.adapter import Stripe
from refunds.tests.alipay.test_configuration import checked
from refunds.tests.helpers import channel

from .conftest import KEY, SECRET


def test_off_until_it_is_set(settings: Any) -> None:
    assert gateways.get("stripe") is None
    assert channel_settings.problems(settings) == []
    assert checked("stripe") == "wrong (1): Stripe isn't set up. It needs STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET."


def test_registered_once_it_is_set(configured: Any) -> None:
    with channel(None, "stripe"):
        gateways.register_configured(configured)
        assert isinstance(gateways.get("stripe"), Stripe)


def test_proved_without_moving_money(configured: Any, fake: Fake) -> None:
    proved = "Stripe knows the account and our key, and its answer is genuine. No money was moved."
    assert checked("stripe") == checked("stripe") == proved
    assert (fake.records.refunds, fake.records.requests) == ([], {})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"WEBHOOK_SECRET": ""}, "Stripe is only partly set up. Still missing: STRIPE_WEBHOOK_SECRET."),
        ({"API_KEY": "pk_live_1"}, "This isn't the right kind of key: STRIPE_API_KEY (sk_ / rk_…)."),
        ({"API_KEY": SECRET}, "This isn't the right kind of key: STRIPE_API_KEY (sk_ / rk_…)."),
        ({"API_KEY": "sk_1\r\nX: 1"}, "This isn't the right kind of key: STRIPE_API_KEY (sk_ / rk_…)."),
        ({"WEBHOOK_SECRET": KEY}, "This isn't the right kind of key: STRIPE_WEBHOOK_SECRET (whsec_…)."),
        ({"API_BASE": "http://pay.example.org"}, "STRIPE_API_BASE must be an https:// address."),
        ({"API_BASE": "http://127.0.0.1:9"}, "Stripe didn't give a usable answer: ConnectError"),
        ({"API_KEY": "sk_live_other"}, "Stripe refused the key: Invalid API Key provided: ******** (invalid_request"),
    ],
)
def test_what_is_wrong_is_said_in_words(configured: Any, values: dict[str, str], sentence: str) -> None:
    for name, value in values.items():
        setattr(configured, f"STRIPE_{name}", value)
    assert checked("stripe").startswith(f"wrong (1): {sentence}")


def test_a_key_without_the_right_to_refund(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    from refunds.gateways import Deadline, Fault
    from refunds.gateways.stripe.codes import Failure
    from refunds.gateways.stripe.messages import Account, Reply

    forbidden = Reply({"error": {"message": "No."}}, Failure(403, "invalid_request_error"))
    monkeypatch.setattr(Account, "post", lambda *args, **kwargs: forbidden)
    assert stripe.check(deadline=Deadline.after(1)).fault == Fault.PERMISSION


def test_half_a_configuration_is_a_sentence(configured: Any) -> None:
    configured.STRIPE_WEBHOOK_SECRET = ""
    assert channel_settings.problems(configured) == [
        "STRIPE_WEBHOOK_SECRET: not set, but other settings of stripe are. Set all of them or none."
    ]


@pytest.mark.parametrize("values", [{"API_KEY": f" {KEY}\n"}, {"WEBHOOK_SECRET": f"{SECRET} "}])
def test_a_space_that_was_copied_too_does_no_harm(configured: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(configured, f"STRIPE_{name}", value)
    assert checked("stripe").startswith("Stripe knows the account")
