from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from fakes.kuaidi100.server import Fake
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.couriers import Contact
from logistics.couriers.kuaidi100.pickups import Kuaidi100Pickups, build
from logistics.models import Pickup
from logistics.pickups import send, services
from logistics.pickups.send import ask_pickups
from orders import services as orders
from tests.serving import serving
from tests.world import World

CUSTOMER, KEY, SALT, SECRET = "TESTCUSTOMER", "testkey", "a salt of sixteen", "testsecret"
RECEIVER = {"name": "退货组", "phone": "0571-86000001", "address": "杭州市余杭区文一西路 1 号"}
SENDER = Contact("艾丽", "13800010001", "上海市徐汇区漕溪北路 18 号")


@pytest.fixture
def fake() -> Iterator[Fake]:
    own = Fake(customer=CUSTOMER, key=KEY, secret=SECRET)
    with serving(own):
        yield own


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real clock of pickups, at ten in the morning; the test moves it."""
    today = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
    hands = [today.astimezone(UTC)]
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: hands[0])
    return hands


@pytest.fixture
def source(fake: Fake, clock: list[datetime], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.KUAIDI100_CUSTOMER, settings.KUAIDI100_KEY, settings.KUAIDI100_SALT = CUSTOMER, KEY, SALT
    settings.KUAIDI100_SECRET, settings.KUAIDI100_ORDER_URL = SECRET, fake.order_url
    settings.KUAIDI100_CALLBACK_URL = ""
    adapter = build(settings)
    adapter = Kuaidi100Pickups(adapter.url, KEY, SECRET, SALT, "", adapter.http, clock=lambda: clock[0].timestamp())
    monkeypatch.setattr(couriers, "_PICKUPS", adapter)
    monkeypatch.setattr(send, "BREAKER", Breaker(send.BREAKER.rest, clock=lambda: clock[0].timestamp()))
    yield adapter
    adapter.http.close()


def booked(world: World, clock: list[datetime], *, address: str = SENDER.address, **facts: Any) -> Pickup:
    """Chosen for this afternoon, and nothing has left yet."""
    order = world.delivered()
    given: dict[str, Any] = {
        "key": "AS1", "courier": "yto", "day": timezone.localtime(clock[0]).date(), "slot": "13:00-15:00",
        "sender": Contact(SENDER.name, SENDER.phone, address), "receiver": RECEIVER, "max_price": None,
        "actor": world.actor("alice"), "now": clock[0],
    }  # fmt: skip
    with transaction.atomic():
        return services.book(orders.lock(order.pk, shop_id=order.shop_id), **given | facts)


def run(clock: list[datetime], *, after: timedelta = timedelta(0)) -> None:
    clock[0] += after
    ask_pickups(clock[0], dry_run=False)


def fresh(pickup: Pickup) -> Pickup:
    return Pickup.objects.select_related("order").get(pk=pickup.pk)
