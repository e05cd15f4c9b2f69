from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fakes.kuaidi100.server import Fake
from kernel.calls import clock as clocks
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.couriers.kuaidi100.adapter import Kuaidi100, build
from logistics.models import Parcel
from logistics.services import ship
from logistics.tracks import ask, policy
from orders.models import Order
from tests.serving import serving
from tests.world import World

CUSTOMER, KEY, SALT = "TESTCUSTOMER", "testkey", "a salt of sixteen"


@pytest.fixture
def fake() -> Iterator[Fake]:
    own = Fake(customer=CUSTOMER, key=KEY)
    with serving(own):
        yield own


@pytest.fixture
def configured(fake: Fake, settings: Any) -> Any:
    """The settings of an installation that uses the fake."""
    settings.KUAIDI100_CUSTOMER, settings.KUAIDI100_KEY, settings.KUAIDI100_SALT = CUSTOMER, KEY, SALT
    settings.KUAIDI100_POLL_URL = fake.url
    settings.KUAIDI100_CALLBACK_URL = "http://127.0.0.1:8000/notify/kuaidi100/"
    return settings


@pytest.fixture
def kuaidi100(configured: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kuaidi100]:
    adapter = build(configured)
    monkeypatch.setattr(couriers, "_COURIER", adapter)
    rest = policy.LEASE.total_seconds()
    monkeypatch.setattr(ask, "BREAKER", Breaker(rest, clock=lambda: clocks.wall().timestamp()))
    yield adapter
    adapter.http.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock of tracking; the test moves it."""
    hands = [timezone.now()]
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: hands[0])
    return hands


def sent(world: World, tracking_no: str, *, courier: str = "yto", phone: str = "") -> Parcel:
    """A parcel that left an hour ago."""
    at = timezone.now() - timedelta(hours=1)
    order = world.place_order(placed_at=at - timedelta(hours=1))
    Order.objects.filter(pk=order.pk).update(receiver_phone=phone)
    ship(order, courier=courier, tracking_no=tracking_no, actor=world.actor("mei"), now=at)
    return Parcel.objects.select_related("order").latest("pk")
