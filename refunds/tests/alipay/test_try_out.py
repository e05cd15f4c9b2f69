"""As a newcomer tries it: `python -m fakes` in one terminal, the settings that it prints in the other."""

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
    proved = checkout.run("manage.py", "check_channel", "alipay", **printed, LANGUAGE_CODE="en")
    assert (proved.returncode, proved.stdout.startswith("Alipay knows the account")) == (0, True), proved.stdout
    card = checkout.run("manage.py", "check_channel", "stripe", **printed, LANGUAGE_CODE="en")
    assert (card.returncode, card.stdout.startswith("Stripe knows the account")) == (0, True), card.stdout
    private = tmp_path / "keys" / "alipay_app_private.pem"
    assert (private.stat().st_mode & 0o777) == 0o600
    half = checkout.run("manage.py", "check_channel", "alipay", ALIPAY_APP_ID="1", LANGUAGE_CODE="en")
    assert half.returncode == 1
    assert "Still missing: ALIPAY_PRIVATE_KEY or" in half.stdout
    refused = checkout.run("manage.py", "check", ALIPAY_APP_ID="1", LANGUAGE_CODE="en")
    assert (refused.returncode, "config.E004" in refused.stdout) == (1, True), refused.stdout
