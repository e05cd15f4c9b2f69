"""`FAKE_CHANNELS=1 make run` where it cannot be. How a refund goes through them: test_run.py."""

import sys

import pytest

from devserver.ports import free_port
from tests.checkout import Checkout, eventually

from .running import FAKES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left running"),
]


def test_fakes_are_for_development(checkout: Checkout) -> None:
    refused = checkout.run("-m", "devserver.run", PORT=str(free_port()), DJANGO_DEBUG="false", **FAKES)

    assert refused.returncode == 1
    assert refused.stdout.strip().startswith("FAKE_CHANNELS is on, but DJANGO_DEBUG is off.")


def test_a_real_account_and_a_fake_are_not_mixed(checkout: Checkout) -> None:
    refused = checkout.run("-m", "devserver.run", PORT=str(free_port()), WECHATPAY_MCHID="1900000109", **FAKES)

    assert refused.returncode == 1
    assert refused.stdout.strip() == "FAKE_CHANNELS is on, but WECHATPAY_MCHID is set. Unset one of them."
    assert eventually(lambda: not checkout.processes()), checkout.processes()
