"""Couriers that come, for tests: kuaidi100's fake over a socket, at the time of a `Desk`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from fakes.kuaidi100.server import Fake
from kernel.watch.breaker import Breaker
from logistics import couriers
from logistics.couriers import PickupNews, What
from logistics.couriers.kuaidi100.pickups import Kuaidi100Pickups, build
from logistics.models import Pickup
from logistics.pickups import outcome, policy, send

from .desk import Desk
from .serving import serving


@contextmanager
def couriers_that_come(desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    fake = Fake(customer="C", key="k", secret="s")
    settings.KUAIDI100_KEY, settings.KUAIDI100_SECRET, settings.KUAIDI100_SALT = "k", "s", "a salt of sixteen"
    with serving(fake):
        settings.KUAIDI100_ORDER_URL, settings.KUAIDI100_CALLBACK_URL = fake.order_url, ""
        http = build(settings).http
        source = Kuaidi100Pickups(fake.order_url, "k", "s", "a salt of sixteen", "", http, lambda: desk.now.timestamp())
        monkeypatch.setattr(couriers, "_PICKUPS", source)
        monkeypatch.setattr(send, "BREAKER", Breaker(clock=lambda: desk.now.timestamp()))
        monkeypatch.setattr("kernel.calls.clock.wall", lambda: desk.now)
        yield fake
        http.close()


def book(desk: Desk, ticket: Ticket, **facts: Any) -> Ticket:
    given: dict[str, Any] = {
        "courier": "yto", "date": policy.days(desk.now)[0], "slot": "13:00-15:00", "name": "艾丽",
        "phone": "13800010001", "address": "上海市徐汇区漕溪北路 18 号",
    }  # fmt: skip
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
