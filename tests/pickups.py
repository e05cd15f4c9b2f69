"""Couriers that come, for tests: the fake of a source over a socket, at the time of a `Desk`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from fakes.kdniao.server import Fake as KdniaoFake
from fakes.kuaidi100.server import Fake
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.couriers import PickupNews, What
from logistics.couriers.kdniao.pickups import KdniaoPickups
from logistics.couriers.kdniao.pickups import build as build_kdniao
from logistics.couriers.kuaidi100.pickups import Kuaidi100Pickups, build
from logistics.models import Pickup, ReturnAddress
from logistics.pickups import outcome, policy, send

from .desk import Desk
from .serving import serving

SOURCES = ("kuaidi100", "kdniao")
ADDRESS = "上海市徐汇区漕溪北路 18 号"


@contextmanager
def couriers_that_come(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch, kind: str = SOURCES[0]
) -> Iterator[Any]:
    """The fake of the source. The shops' addresses are such as every source takes."""
    ReturnAddress.objects.update(address="浙江省杭州市余杭区文一西路 1 号")
    fake: Any = KdniaoFake(business_id="1", key="k") if kind == "kdniao" else Fake(customer="C", key="k", secret="s")
    with serving(fake):
        source = _kdniao(fake, settings) if kind == "kdniao" else _kuaidi100(fake, settings, desk)
        monkeypatch.setattr(couriers, "_PICKUPS", source)
        monkeypatch.setattr(send, "BREAKER", Breaker(clock=lambda: desk.now.timestamp()))
        monkeypatch.setattr("kernel.calls.clock.wall", lambda: desk.now)
        yield fake
        source.http.close()


def _kdniao(fake: KdniaoFake, settings: Any) -> KdniaoPickups:
    settings.KDNIAO_EBUSINESS_ID, settings.KDNIAO_APP_KEY, settings.KDNIAO_API_URL = "1", "k", fake.url
    return build_kdniao(settings)


def _kuaidi100(fake: Fake, settings: Any, desk: Desk) -> Kuaidi100Pickups:
    settings.KUAIDI100_KEY, settings.KUAIDI100_SECRET, settings.KUAIDI100_SALT = "k", "s", "a salt of sixteen"
    settings.KUAIDI100_ORDER_URL, settings.KUAIDI100_CALLBACK_URL = fake.order_url, ""
    http = build(settings).http
    return Kuaidi100Pickups(fake.order_url, "k", "s", "a salt of sixteen", "", http, lambda: desk.now.timestamp())


def book(desk: Desk, ticket: Ticket, **facts: Any) -> Ticket:
    """`address`: how that of the buyer ends (`fakes.pickups`); "": that of the order is taken."""
    given: dict[str, Any] = {
        "courier": "yto", "date": policy.days(desk.now)[0], "slot": "13:00-15:00", "name": "艾丽",
        "phone": "13800010001", "address": ADDRESS,
    }  # fmt: skip
    if facts.get("address"):
        facts["address"] = ADDRESS + facts["address"]
    return services.book_pickup(ticket, **given | facts, actor=desk.buyer, now=desk.now)


def ask(desk: Desk, *, at: datetime | None = None) -> None:
    """A run of the job."""
    desk.now = at or desk.now
    send.ask_pickups(desk.now, dry_run=False)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("order", "pickup", "shop", "buyer").get(pk=ticket.pk)


def pickup_of(ticket: Ticket) -> Pickup:
    pickup = again(ticket).pickup
    assert pickup is not None
    return pickup


def say(desk: Desk, ticket: Ticket, what: What, **facts: Any) -> Ticket:
    """What the courier's system says of its pickup."""
    pickup = pickup_of(ticket)
    outcome.apply(pickup, PickupNews(pickup.task_no, what, pickup.booking_no, **facts), now=desk.now)
    return again(ticket)
