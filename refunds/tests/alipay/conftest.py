from collections.abc import Iterator
from typing import Any

import pytest

from fakes.alipay.certificates import Certificates
from fakes.alipay.server import Fake
from fakes.keys import Pair
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.alipay.configuration import build
from tests.serving import serving

APP_ID = "2021000000000001"


@pytest.fixture(scope="session")
def keys() -> tuple[Pair, Pair]:
    """The app's and Alipay's."""
    return Pair.generate(), Pair.generate()


@pytest.fixture
def fake(keys: tuple[Pair, Pair]) -> Iterator[Fake]:
    own = Fake(app_id=APP_ID, app=keys[0], own=keys[1])
    own.patience = 3.0
    with serving(own):
        yield own


@pytest.fixture
def configured(fake: Fake, keys: tuple[Pair, Pair], settings: Any) -> Any:
    """The settings of an installation that uses the fake."""
    settings.ALIPAY_APP_ID, settings.ALIPAY_GATEWAY_URL = APP_ID, fake.url
    settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = keys[0].private, keys[1].public
    settings.ALIPAY_PRIVATE_KEY_FILE = settings.ALIPAY_PUBLIC_KEY_FILE = ""
    return settings


def certify(configured: Any, fake: Fake) -> None:
    """Into certificate mode, with transfers on."""
    fake.certificates = Certificates.issued(fake.app, fake.own)
    configured.ALIPAY_PUBLIC_KEY, configured.ALIPAY_APP_CERT = fake.certificates.own, fake.certificates.app
    configured.ALIPAY_ROOT_CERT, configured.ALIPAY_TRANSFERS = fake.certificates.root, True


@pytest.fixture
def alipay(configured: Any) -> Iterator[Alipay]:
    adapter = build(configured)
    yield adapter
    adapter.account.http.close()
