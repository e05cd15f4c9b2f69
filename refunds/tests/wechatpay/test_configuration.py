"""From the environment to a channel that works, or to a sentence that says why it does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.keys import Pair
from fakes.wechatpay.records import Refused
from fakes.wechatpay.server import Fake
from refunds import channel_settings, gateways
from refunds.gateways.wechatpay.adapter import WechatPay
from refunds.gateways.wechatpay.certificates import Certificates
from refunds.gateways.wechatpay.configuration import build
from refunds.tests.alipay.test_configuration import checked
from refunds.tests.helpers import channel

from .conftest import Keys


def test_off_until_it_is_set(settings: Any) -> None:
    assert gateways.get("wechatpay") is None
    assert channel_settings.problems(settings) == []
    assert checked("wechatpay") == (
        "wrong (1): WeChat Pay isn't set up. It needs WECHATPAY_MCHID, WECHATPAY_SERIAL_NO, WECHATPAY_PRIVATE_KEY or"
        " WECHATPAY_PRIVATE_KEY_FILE, WECHATPAY_APIV3_KEY."
    )


def test_registered_once_it_is_set(configured: Any) -> None:
    assert channel_settings.problems(configured) == []
    with channel(None, "wechatpay"):
        gateways.register_configured(configured)
        gateway = gateways.get("wechatpay")
        assert isinstance(gateway, WechatPay)
        assert gateway.limits.spacing.total_seconds() == 60


def test_proved_without_moving_money(configured: Any, fake: Fake) -> None:
    proved = "WeChat Pay knows the account and our key, and its answer is genuine. No money was moved."
    off = "Transfers are off for this account, so payables are paid another way."
    assert checked("wechatpay").splitlines() == [proved, off]
    assert (fake.records.refunds, fake.records.requests) == ({}, {})


def test_transfers_that_do_not_work_are_said(configured: Any, fake: Fake) -> None:
    """Only where they are on."""
    fake.transfers.refusal = Refused(403, "NO_AUTH", "商户无权限")
    assert checked("wechatpay").startswith("WeChat Pay knows")
    configured.WECHATPAY_TRANSFER_SCENE_ID = "1011"
    assert checked("wechatpay") == (
        "wrong (1): Refunds work, but WeChat Pay refused a question about a transfer: 商户无权限 (NO_AUTH). Have"
        " transfers granted there, or turn them off."
    )
    fake.transfers.refusal = None
    assert checked("wechatpay").endswith("Payables may be paid out of this account by transfers.")


def test_keys_from_files(configured: Any, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_text(keys.platform.public)
    configured.WECHATPAY_PUBLIC_KEY, configured.WECHATPAY_PUBLIC_KEY_FILE = "", str(tmp_path / "public.pem")
    assert checked("wechatpay").startswith("WeChat Pay knows")
    (tmp_path / "public.pem").unlink()
    assert checked("wechatpay") == (
        "wrong (1): The file of a key can't be read: WECHATPAY_PUBLIC_KEY_FILE (FileNotFoundError)."
    )


def test_without_a_public_key_certificates_are_used(configured: Any, fake: Fake) -> None:
    configured.WECHATPAY_PUBLIC_KEY_ID = configured.WECHATPAY_PUBLIC_KEY = ""
    assert channel_settings.missing("wechatpay", configured) == []
    adapter = build(configured)
    assert isinstance(adapter.account.platform, Certificates)
    adapter.account.merchant.http.close()
    # The fake has none: as WeChat Pay has for merchants that it gave a public key.
    assert checked("wechatpay") == (
        "wrong (1): WeChat Pay didn't give a usable answer: no platform certificates: HTTP 404."
    )


Change = Callable[[Any, Keys], None]


def change(**values: str) -> Change:
    def into(settings: Any, keys: Keys) -> None:
        for name, value in values.items():
            setattr(settings, f"WECHATPAY_{name}", value)

    return into


def own_key(settings: Any, keys: Keys) -> None:
    settings.WECHATPAY_PUBLIC_KEY = keys.merchant.public


def strange_key(settings: Any, keys: Keys) -> None:
    settings.WECHATPAY_PRIVATE_KEY = keys.other.private


def strange_answers(settings: Any, keys: Keys) -> None:
    settings.WECHATPAY_PUBLIC_KEY = keys.other.public


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (change(PRIVATE_KEY=""), "WeChat Pay is only partly set up. Still missing: WECHATPAY_PRIVATE_KEY or"),
        (change(PUBLIC_KEY=""), "WeChat Pay is only partly set up. Still missing: WECHATPAY_PUBLIC_KEY or"),
        (change(PUBLIC_KEY_ID=""), "WeChat Pay is only partly set up. Still missing: WECHATPAY_PUBLIC_KEY_ID."),
        (
            change(NEXT_PUBLIC_KEY_ID="PUB_KEY_ID_2"),
            "WeChat Pay is only partly set up. Still missing: WECHATPAY_NEXT_PUBLIC_KEY or",
        ),
        (change(PRIVATE_KEY="hello"), "WECHATPAY_PRIVATE_KEY isn't an RSA private key."),
        (change(PUBLIC_KEY="hello"), "WECHATPAY_PUBLIC_KEY isn't an RSA public key."),
        (change(PUBLIC_KEY_ID="5157F09EFDC0"), "WECHATPAY_PUBLIC_KEY_ID must be the ID that WeChat Pay shows"),
        (change(APIV3_KEY="short"), "WECHATPAY_APIV3_KEY must be exactly 32 characters long"),
        (change(APIV3_KEY="中" * 32), "WECHATPAY_APIV3_KEY must be exactly 32 characters long"),
        (own_key, "WECHATPAY_PUBLIC_KEY is the public half of your own key."),
        (change(BASE_URL="http://pay.example.org"), "WECHATPAY_BASE_URL must be an https:// address."),
        (change(NOTIFY_URL="http://shop.example.org/"), "WECHATPAY_NOTIFY_URL must be an https:// address"),
        (change(NOTIFY_URL="https://shop.example.org/?a=1"), "WECHATPAY_NOTIFY_URL must be an https:// address"),
        (
            change(NOTIFY_URL="https://shop.example.org/" + "a" * 240),
            "WECHATPAY_NOTIFY_URL must be an https:// address",
        ),
        (change(BASE_URL="http://127.0.0.1:9"), "WeChat Pay didn't give a usable answer: ConnectError"),
        (change(MCHID="2"), "WeChat Pay refused our signature: 商户证书序列号有误 (SIGN_ERROR)."),
        (change(SERIAL_NO="2"), "WeChat Pay refused our signature: 商户证书序列号有误 (SIGN_ERROR)."),
        (strange_key, "WeChat Pay refused our signature: 签名错误 (SIGN_ERROR)."),
        (strange_answers, "The answer isn't signed by the public key that is set for WeChat Pay."),
        (
            change(PUBLIC_KEY_ID="PUB_KEY_ID_2"),
            "The answer isn't signed by the public key that is set for WeChat Pay.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(configured: Any, keys: Keys, break_it: Change, sentence: str) -> None:
    break_it(configured, keys)
    assert checked("wechatpay").startswith(f"wrong (1): {sentence}")


def test_a_clock_that_is_wrong_is_named(configured: Any, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the date of the answer: that of a refused request is not signed."""
    monkeypatch.setattr("fakes.wechatpay.server.Handler.date_time_string", lambda *_: "Fri, 02 Jan 2026 03:04:05 GMT")
    assert checked("wechatpay").startswith("wrong (1): WeChat Pay refused our time: ")


def test_half_a_configuration_is_a_sentence_and_no_channel(configured: Any, caplog: pytest.LogCaptureFixture) -> None:
    configured.WECHATPAY_APIV3_KEY = ""
    (problem,) = channel_settings.problems(configured)
    assert problem.startswith("WECHATPAY_APIV3_KEY: not set, but other settings of wechatpay are.")
    with channel(None, "wechatpay"):
        gateways.register_configured(configured)
        assert gateways.get("wechatpay") is None
    assert "channel wechatpay stays off" in caplog.text


def test_a_public_key_alone_is_half_a_configuration(settings: Any) -> None:
    settings.WECHATPAY_PUBLIC_KEY = Pair.generate().public
    (problem,) = channel_settings.problems(settings)
    assert problem.startswith("WECHATPAY_MCHID, WECHATPAY_SERIAL_NO, WECHATPAY_PRIVATE_KEY or")
