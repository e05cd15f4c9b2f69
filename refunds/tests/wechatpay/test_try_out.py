"""As a newcomer tries it: `python -m fakes` in one terminal, the settings that it prints in the other."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from refunds.tests.try_out import printed_settings
from tests.checkout import Checkout

pytestmark = pytest.mark.slow


@pytest.fixture
def printed(checkout: Checkout, tmp_path: Path) -> Iterator[dict[str, str]]:
    with printed_settings(checkout, tmp_path / "keys") as settings:
        yield settings


def test_the_settings_that_it_prints_work(checkout: Checkout, printed: dict[str, str], tmp_path: Path) -> None:
    proved = checkout.run("manage.py", "check_channel", "wechatpay", **printed, LANGUAGE_CODE="en")
    assert (proved.returncode, proved.stdout.startswith("WeChat Pay knows the account")) == (0, True), proved.stdout
    for name in ("wechatpay_merchant_private.pem", "wechatpay_apiv3_key.txt"):
        assert ((tmp_path / "keys" / name).stat().st_mode & 0o777) == 0o600


def test_a_busy_port_is_one_sentence(checkout: Checkout, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = checkout.run(
            *("-m", "fakes", "--free-ports", "--wechatpay-port", port, "--folder", str(tmp_path / "keys"))
        )
    assert refused.returncode == 1
    assert refused.stdout.startswith(f"Port {port} cannot be used: Address already in use.")
    assert len(refused.stdout.strip().splitlines()) == 1
