"""From the environment to a channel that works, or to a sentence that says why it does not."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from fakes.alipay.server import Fake
from fakes.keys import Pair
from refunds import channel_settings, gateways
from refunds.gateways import Fault, Finding
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.wording import FAULTS, finding_text
from refunds.tests.helpers import channel


def checked(name: str = "alipay") -> str:
    out = io.StringIO()
    try:
        call_command("check_channel", name, stdout=out)
    except CommandError as error:
        return f"wrong ({error.returncode}): {error}"
    return out.getvalue().strip()


def test_off_until_it_is_set(settings: Any) -> None:
    assert gateways.get("alipay") is None
    assert channel_settings.problems(settings) == []
    assert checked() == (
        "wrong (1): Alipay isn't set up. It needs ALIPAY_APP_ID, ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE,"
        " ALIPAY_PUBLIC_KEY or ALIPAY_PUBLIC_KEY_FILE."
    )


def test_registered_once_it_is_set(configured: Any) -> None:
    with channel(None, "alipay"):
        gateways.register_configured(configured)
        assert isinstance(gateways.get("alipay"), Alipay)


def test_proved_without_moving_money(configured: Any, fake: Fake) -> None:
    assert checked() == "Alipay knows the account and our key, and its answer is genuine. No money was moved."
    assert (fake.records.refunds, fake.records.requests) == ({}, {})


def test_keys_from_files(configured: Any, keys: tuple[Pair, Pair], tmp_path: Path) -> None:
    (tmp_path / "private.pem").write_text(keys[0].private)
    configured.ALIPAY_PRIVATE_KEY, configured.ALIPAY_PRIVATE_KEY_FILE = "", str(tmp_path / "private.pem")
    assert checked().startswith("Alipay knows")
    (tmp_path / "private.pem").unlink()
    assert checked() == "wrong (1): The file of a key can't be read: ALIPAY_PRIVATE_KEY_FILE (FileNotFoundError)."


Change = Callable[[Any, tuple[Pair, Pair]], None]


def change(**values: str) -> Change:
    def into(settings: Any, keys: tuple[Pair, Pair]) -> None:
        for name, value in values.items():
            setattr(settings, f"ALIPAY_{name}", value)

    return into


def own_key(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PUBLIC_KEY = keys[0].public


def strange_key(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PRIVATE_KEY = Pair.generate().private


def strange_answers(settings: Any, keys: tuple[Pair, Pair]) -> None:
    settings.ALIPAY_PUBLIC_KEY = Pair.generate().public


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (change(PRIVATE_KEY=""), "Alipay is only partly set up. Still missing: ALIPAY_PRIVATE_KEY or"),
        (change(PRIVATE_KEY="hello"), "ALIPAY_PRIVATE_KEY isn't an RSA private key."),
        (change(PUBLIC_KEY="hello"), "ALIPAY_PUBLIC_KEY isn't an RSA public key."),
        (own_key, "ALIPAY_PUBLIC_KEY is the public half of your own key."),
        (change(GATEWAY_URL="http://pay.example.org/"), "ALIPAY_GATEWAY_URL must be an https:// address."),
        (change(GATEWAY_URL="http://127.0.0.1:9/"), "Alipay didn't give a usable answer: no answer from the channel"),
        (change(APP_ID="2"), "Alipay doesn't know this account number: 无效的AppID参数 (isv.invalid-app-id)."),
        (strange_key, "Alipay refused our signature: 验签出错 (isv.invalid-signature)."),
        (strange_answers, "The answer isn't signed by the public key that is set for Alipay."),
    ],
)
def test_what_is_wrong_is_said_in_words(
    configured: Any, keys: tuple[Pair, Pair], break_it: Change, sentence: str
) -> None:
    break_it(configured, keys)
    assert checked().startswith(f"wrong (1): {sentence}")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"PRIVATE_KEY": ""},
            "ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE: not set, but other settings",
        ),
        ({"APP_ID": ""}, "ALIPAY_APP_ID: not set, but other settings of alipay are."),
        ({"GATEWAY_URL": "http://pay.example.org/"}, "ALIPAY_GATEWAY_URL is no https:// address."),
    ],
)
def test_half_a_configuration_is_a_sentence_and_no_channel(
    configured: Any, values: dict[str, str], sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    change(**values)(configured, (Pair.generate(), Pair.generate()))
    (problem,) = channel_settings.problems(configured)
    assert problem.startswith(sentence)
    with channel(None, "alipay"):
        gateways.register_configured(configured)
        assert gateways.get("alipay") is None
    assert "channel alipay stays off" in caplog.text


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://openapi.alipay.com/gateway.do", True),
        ("http://127.0.0.1:8101/gateway.do", True),
        ("http://localhost/", True),
        ("http://openapi.alipay.com/gateway.do", False),
        ("ftp://127.0.0.1/", False),
        ("openapi.alipay.com", False),
        ("https://", False),
        ("", False),
    ],
)
def test_only_this_machine_is_asked_in_clear(url: str, safe: bool) -> None:
    assert channel_settings.is_safe(url) is safe


def test_a_channel_without_settings_is_named() -> None:
    assert checked("nobody") == "wrong (1): “nobody” has no settings. Known: alipay."


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_words_in_both_languages(fault: Fault) -> None:
    english = str(FAULTS[fault])
    with translation.override("zh-hans"):
        assert str(FAULTS[fault]) != english
        assert "%(" not in finding_text(Finding(fault, "DETAIL"), "alipay")
