"""A payment channel that is set up by half, or with a key that cannot be used, is refused at every start."""

from typing import Any

import pytest

from config import checks, guard
from fakes.keys import Pair
from logistics.courier_settings import SOURCES


@pytest.fixture
def whole(settings: Any) -> Any:
    app, alipay = Pair.generate(), Pair.generate()
    settings.ALIPAY_APP_ID, settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = "2021", app.private, alipay.public
    return settings


def test_a_channel_that_nobody_set_up_is_fine(settings: Any) -> None:
    assert checks.channels_are_set_up_whole(None) == []


def test_a_channel_that_is_set_up_is_fine(whole: Any) -> None:
    assert checks.channels_are_set_up_whole(None) == []


def test_wechat_pay_with_a_key_of_another_length_is_named(settings: Any) -> None:
    settings.WECHATPAY_MCHID, settings.WECHATPAY_SERIAL_NO, settings.WECHATPAY_APIV3_KEY = "1900000109", "37", "short"
    settings.WECHATPAY_PRIVATE_KEY = Pair.generate().private
    (error,) = checks.channels_are_set_up_whole(None)
    assert (error.id, error.msg) == (
        "config.E005",
        "WECHATPAY_APIV3_KEY must be exactly 32 characters long, as it was set at WeChat Pay.",
    )
    settings.WECHATPAY_APIV3_KEY = "0" * 32
    assert checks.channels_are_set_up_whole(None) == []


@pytest.mark.parametrize(
    ("values", "number", "text"),
    [
        ({"ALIPAY_PRIVATE_KEY": ""}, "config.E004", "ALIPAY_PRIVATE_KEY or ALIPAY_PRIVATE_KEY_FILE: not set, but"),
        ({"ALIPAY_GATEWAY_URL": "http://pay.example.org/"}, "config.E004", "ALIPAY_GATEWAY_URL is no https://"),
        ({"ALIPAY_PRIVATE_KEY": "hello"}, "config.E005", "ALIPAY_PRIVATE_KEY isn't an RSA private key."),
    ],
)
def test_the_checks_name_the_variable(whole: Any, values: dict[str, str], number: str, text: str) -> None:
    for name, value in values.items():
        setattr(whole, name, value)
    (error,) = checks.channels_are_set_up_whole(None)
    assert (error.id, error.msg[: len(text)]) == (number, text)


def test_no_command_runs_with_a_fake_outside_development(settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://localhost:8103"
    assert checks.no_fake_channel_in_production(None) == []
    settings.FAKES_ALLOWED = False
    (error,) = checks.no_fake_channel_in_production(None)
    assert (error.id, error.msg[:46]) == ("config.E006", "STRIPE_API_BASE is an address of this machine,")
    settings.STRIPE_API_BASE, settings.FAKE_CHANNELS, settings.DEBUG = "https://api.stripe.com", True, False
    (error,) = checks.no_fake_channel_in_production(None)
    assert error.msg == "FAKE_CHANNELS is on, but DJANGO_DEBUG is off. Unset it: fake channels pay nobody."
    settings.DEBUG = True
    assert checks.no_fake_channel_in_production(None) == []


def test_production_does_not_start_with_half_a_channel(whole: Any) -> None:
    before = guard.problems(whole, {})
    whole.ALIPAY_APP_ID = ""
    (added,) = [sentence for sentence in guard.problems(whole, {}) if sentence not in before]
    assert added == "ALIPAY_APP_ID: not set, but other settings of alipay are. Set all of them or none."


def test_production_does_not_start_with_half_a_courier_and_says_so_once(settings: Any) -> None:
    before = guard.problems(settings, {})
    settings.KUAIDI100_CUSTOMER = "customer"
    (added,) = [sentence for sentence in guard.problems(settings, {}) if sentence not in before]
    assert added.startswith("KUAIDI100_KEY, KUAIDI100_SALT: not set")


def test_production_does_not_start_with_two_sources_of_scans(settings: Any) -> None:
    before = guard.problems(settings, {})
    for name in (*SOURCES["kuaidi100"].required, *SOURCES["kdniao"].required):
        setattr(settings, name, "twenty letters, or so")
    (added,) = [sentence for sentence in guard.problems(settings, {}) if sentence not in before]
    assert added == "kuaidi100 and kdniao are both set up. Scans come from one source: unset the other one."
