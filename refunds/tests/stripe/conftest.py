from collections.abc import Iterator
from typing import Any

import pytest

from fakes.stripe.server import Fake
from refunds.gateways.stripe.adapter import Stripe
from refunds.gateways.stripe.configuration import build
from tests.serving import serving

KEY, SECRET = "sk_test_Pq7vN2", "whsec_Rt5mK8"


@pytest.fixture
def fake() -> Iterator[Fake]:
    own = Fake(api_key=KEY, webhook_secret=SECRET)
    own.patience = 3.0
    with serving(own):
        yield own


@pytest.fixture
def configured(fake: Fake, settings: Any) -> Any:
    """The settings of an installation that uses the fake."""
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE = KEY, SECRET, fake.url
    return settings


@pytest.fixture
def stripe(configured: Any) -> Iterator[Stripe]:
    adapter = build(configured)
    yield adapter
    adapter.account.http.close()
