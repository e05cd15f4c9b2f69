from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from fakes.kdniao.server import Fake as KdniaoFake
from fakes.kdniao.server import signature as kdniao_signature
from fakes.kuaidi100.server import Fake, signature
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.couriers import Contact
from logistics.couriers.kdniao.adapter import build as build_courier
from logistics.couriers.kdniao.pickups import KdniaoPickups
from logistics.couriers.kdniao.pickups import build as build_kdniao
from logistics.couriers.kuaidi100.pickups import Kuaidi100Pickups, build
from logistics.models import Pickup
from logistics.pickups import send, services
from logistics.pickups.send import ask_pickups
from orders import services as orders
from tests.serving import serving
from tests.world import World

CUSTOMER, KEY, SALT, SECRET = "TESTCUSTOMER", "testkey", "a salt of sixteen", "testsecret"
BUSINESS_ID, APP_KEY = "1000001", "an app key of kdniao"
RECEIVER = {"name": "退货组", "phone": "0571-86000001", "address": "浙江省杭州市余杭区文一西路 1 号"}
SENDER = Contact("艾丽", "13800010001", "上海市徐汇区漕溪北路 18 号")


SOURCES = ("kuaidi100", "kdniao")


@pytest.fixture(params=SOURCES)
def kind(request: Any) -> str:
    """Every test of pickups runs with both sources; one of a source alone says `@only("…")`."""
    return str(request.param)


def only(source: str) -> Any:
    return pytest.mark.parametrize("kind", [source], indirect=True)


@pytest.fixture
def fake(kind: str) -> Iterator[Any]:
    own: Any = Fake(customer=CUSTOMER, key=KEY, secret=SECRET)
    if kind == "kdniao":
        own = KdniaoFake(business_id=BUSINESS_ID, key=APP_KEY)
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
def source(
    fake: Any, clock: list[datetime], kind: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    adapter = _kdniao(fake, settings, monkeypatch) if kind == "kdniao" else _kuaidi100(fake, clock, settings)
    monkeypatch.setattr(couriers, "_PICKUPS", adapter)
    monkeypatch.setattr(send, "BREAKER", Breaker(send.BREAKER.rest, clock=lambda: clock[0].timestamp()))
    yield adapter
    adapter.http.close()


def _kuaidi100(fake: Fake, clock: list[datetime], settings: Any) -> Kuaidi100Pickups:
    settings.KUAIDI100_CUSTOMER, settings.KUAIDI100_KEY, settings.KUAIDI100_SALT = CUSTOMER, KEY, SALT
    settings.KUAIDI100_SECRET, settings.KUAIDI100_ORDER_URL = SECRET, fake.order_url
    settings.KUAIDI100_CALLBACK_URL = ""
    adapter = build(settings)
    return Kuaidi100Pickups(adapter.url, KEY, SECRET, SALT, "", adapter.http, clock=lambda: clock[0].timestamp())


def _kdniao(fake: KdniaoFake, settings: Any, monkeypatch: pytest.MonkeyPatch) -> KdniaoPickups:
    """With the source of traces, to whose address its pushes come."""
    settings.KDNIAO_EBUSINESS_ID, settings.KDNIAO_APP_KEY, settings.KDNIAO_API_URL = BUSINESS_ID, APP_KEY, fake.url
    settings.KDNIAO_CALLBACK_URL, settings.KDNIAO_PICKUPS = "http://127.0.0.1:8000/notify/kdniao/", True
    adapter = build_kdniao(settings)
    monkeypatch.setattr(couriers, "_COURIER", build_courier(settings, adapter.http))
    return adapter


def posted(fake: Any, number: str, *, also: tuple[str, ...] = (), secret: str = "") -> tuple[str, dict[str, str]]:
    """Where the source posts the notice of a pickup's state now, and what. `also`: numbers of others that it is about;
    `secret`: it is signed with another one."""
    notice = fake.pickups.notice(number, *also)
    if isinstance(fake, KdniaoFake):
        signed = kdniao_signature(notice, secret or APP_KEY)
        return "/notify/kdniao/", {"RequestData": notice, "RequestType": "103", "DataSign": signed}
    task = fake.pickups.bookings[number].task
    return "/notify/kuaidi100/pickup/", {"taskId": task, "sign": signature(notice, secret or SALT), "param": notice}


def post(path: str, fields: dict[str, str]) -> int:
    return int(Client().post(path, urlencode(fields), content_type="application/x-www-form-urlencoded").status_code)


def booked(world: World, clock: list[datetime], *, address: str = "", **facts: Any) -> Pickup:
    """Chosen for this afternoon, and nothing has left yet. `address`: how that of the sender ends (`fakes.pickups`)."""
    order = world.delivered()
    given: dict[str, Any] = {
        "key": "AS1", "courier": "yto", "day": timezone.localtime(clock[0]).date(), "slot": "13:00-15:00",
        "sender": Contact(SENDER.name, SENDER.phone, SENDER.address + address), "receiver": RECEIVER, "max_price": None,
        "actor": world.actor("alice"), "now": clock[0],
    }  # fmt: skip
    with transaction.atomic():
        return services.book(orders.lock(order.pk, shop_id=order.shop_id), **given | facts)


def run(clock: list[datetime], *, after: timedelta = timedelta(0)) -> None:
    clock[0] += after
    ask_pickups(clock[0], dry_run=False)


def fresh(pickup: Pickup) -> Pickup:
    return Pickup.objects.select_related("order").get(pk=pickup.pk)
