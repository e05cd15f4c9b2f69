from collections.abc import Iterator
from typing import Any

import pytest

from fakes.alipay.server import Fake
from refunds.gateways.alipay.adapter import Alipay
from refunds.gateways.alipay.configuration import build
from refunds.tests.alipay.conftest import certify, configured, fake, keys  # noqa: F401
from refunds.tests.helpers import channel


@pytest.fixture
def alipay(configured: Any, fake: Fake) -> Iterator[Alipay]:  # noqa: F811
    """In the place of the installation's Alipay, in certificate mode and with transfers on."""
    certify(configured, fake)
    adapter = build(configured)
    with channel(adapter, "alipay"):
        yield adapter
    adapter.account.http.close()
