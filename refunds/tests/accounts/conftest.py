from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cryptography.fernet import Fernet

from fakes.stripe.server import Fake
from refunds import services
from refunds.models import MerchantAccount
from tests.serving import serving
from tests.world import World

KEY, SECRET = "sk_test_Own4LanternKv8", "whsec_Own4LanternMp3"
ADD = Callable[..., MerchantAccount]


@pytest.fixture
def keys(settings: Any) -> str:
    """One key in the environment."""
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    return str(settings.SECRETS_KEYS)


@contextmanager
def account_at_stripe(api_key: str = KEY, secret: str = SECRET) -> Iterator[Fake]:
    with serving(Fake(api_key=api_key, webhook_secret=secret)) as fake:
        yield fake


@pytest.fixture
def fake(settings: Any) -> Iterator[Fake]:
    """Stripe, as the installation reaches it."""
    with account_at_stripe() as own:
        settings.STRIPE_API_BASE = own.url
        yield own


@pytest.fixture
def add(world: World, keys: str) -> ADD:
    """An account of Lantern's at Stripe, added by its manager."""

    def add_account(account: str = "acct_lantern", **values: Any) -> MerchantAccount:
        secrets = {"STRIPE_API_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET} | values.pop("secrets", {})
        call: dict[str, Any] = {
            "shop": world.lantern,
            "channel": "stripe",
            "actor": world.actor("mei"),
            "now": world.now,
        } | values
        return services.add_account(account=account, secrets=secrets, **call)

    return add_account
