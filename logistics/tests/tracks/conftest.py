from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fakes.kdniao.launch import launch as launch_kdniao
from fakes.kdniao.server import Fake as KdniaoFake
from fakes.kuaidi100.launch import launch as launch_kuaidi100
from fakes.kuaidi100.server import Fake
from fakes.launched import Launched
from kernel.calls import clock as clocks
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.courier_settings import SOURCES
from logistics.couriers.kdniao.adapter import Kdniao
from logistics.couriers.kdniao.adapter import build as build_kdniao
from logistics.couriers.kuaidi100.adapter import Kuaidi100, build
from logistics.models import Parcel
from logistics.services import ship
from logistics.tracks import ask, policy
from orders.models import Order
from tests.serving import serving
from tests.world import World

CUSTOMER, KEY, SALT = "TESTCUSTOMER", "testkey", "a salt of sixteen"
BUSINESS_ID, APP_KEY = "1000001", "an app key of kdniao"
LAUNCHES = {"kuaidi100": launch_kuaidi100, "kdniao": launch_kdniao}


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
    connect(adapter, monkeypatch)
    yield adapter
    adapter.http.close()


@pytest.fixture
def kdniao_fake() -> Iterator[KdniaoFake]:
    own = KdniaoFake(business_id=BUSINESS_ID, key=APP_KEY)
    with serving(own):
        yield own


@pytest.fixture
def kdniao_configured(kdniao_fake: KdniaoFake, settings: Any) -> Any:
    settings.KDNIAO_EBUSINESS_ID, settings.KDNIAO_APP_KEY = BUSINESS_ID, APP_KEY
    settings.KDNIAO_API_URL = kdniao_fake.url
    settings.KDNIAO_CALLBACK_URL = "http://127.0.0.1:8000/notify/kdniao/"
    return settings


@pytest.fixture
def kdniao(kdniao_configured: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kdniao]:
    adapter = build_kdniao(kdniao_configured)
    connect(adapter, monkeypatch)
    yield adapter
    adapter.http.close()


@pytest.fixture(params=SOURCES)
def launched(request: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launched]:
    """The source, connected by the settings that its fake prints."""
    source = LAUNCHES[request.param](0, tmp_path, "http://127.0.0.1:9")
    monkeypatch.setattr(source.server, "pause", None)
    for name, value in source.settings.items():
        setattr(settings, name, value)
    monkeypatch.setattr(couriers, "_PICKUPS", None)
    monkeypatch.setattr(couriers, "_COURIER", couriers.Manual())
    with serving(source.server):
        couriers.connect_configured(settings)
        connect(couriers.get(), monkeypatch)
        assert couriers.get().name == request.param
        yield source


def connect(adapter: couriers.Courier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "_COURIER", adapter)
    rest = policy.LEASE.total_seconds()
    monkeypatch.setattr(ask, "BREAKER", Breaker(rest, clock=lambda: clocks.wall().timestamp()))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock of tracking; the test moves it. A minute ahead, so that no scan of a fake is in the future."""
    hands = [timezone.now() + timedelta(minutes=1)]
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: hands[0])
    return hands


def sent(world: World, tracking_no: str, *, courier: str = "yto", phone: str = "") -> Parcel:
    """A parcel that left an hour ago."""
    at = timezone.now() - timedelta(hours=1)
    order = world.place_order(placed_at=at - timedelta(hours=1))
    Order.objects.filter(pk=order.pk).update(receiver_phone=phone)
    ship(order, courier=courier, tracking_no=tracking_no, actor=world.actor("mei"), now=at)
    return Parcel.objects.select_related("order").latest("pk")
