"""Of everything that the desk decides on, a row in each state that has decisions of its own; and every page of it."""

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

from django.contrib import admin
from django.db.models import Model

from aftersales import services
from aftersales.models import Ticket
from logistics import services as logistics
from logistics.models import Parcel
from orders.models import Order
from refunds.models import Refund
from web.admin.base import ReadOnlyAdmin

from .addresses import Rows, every_address
from .browser import page
from .desk import Desk
from .world import NOW, World

# The pattern that catches the rest, and those that only lead on to a row's page.
LED_ON = ("$", "/history/", "/delete/", "object_id>/")
WRONG_KEYS = ["0", "9" * 30, "x", "_5F", "%00", "%ED%A0%80", "1%2F2", "-1", "%F0%9F%98%80", "1.5", " 1"]


class DeskRows:
    """Everything is alice's, in `lantern`; `foreign` are ids and numbers of `harbor`."""

    def __init__(self, world: World) -> None:
        self.world, self.one, self.desk = world, Rows(world), Desk(world)
        for code in ("TEE", "TEE-L"):
            world.sku(code, on_hand=50)
        self.orders = [world.place_order(), world.place_order(paid=False), self._sent(), world.completed()]
        self.tickets = list(self._tickets())
        other = world.place_order(shop=world.harbor, lines=[("CUP", "9.00", 1)])
        self.foreign = [
            str(other.pk), other.order_no, str(world.harbor.pk), "harbor", str(world.rui.pk), "rui",
            str(other.lines.get().pk), str(self.one.evidence.pk), str(other.buyer_id), "CUP",
        ]  # fmt: skip

    # --- rows ------------------------------------------------------------------------------------

    def _sent(self) -> Order:
        order = self.world.place_order()
        logistics.ship(order, courier="sf", tracking_no="SF77", actor=self.desk.merchant, now=NOW)
        return Order.objects.get(pk=order.pk)

    def _tickets(self) -> Iterator[Ticket]:
        desk, world = self.desk, self.world
        yield desk.apply(world.delivered())
        yield desk.apply(world.place_order(), "refund_only", "dont_want")
        yield desk.approve(desk.apply(world.delivered()))
        yield self._back("SF-B1")
        yield self._refused("SF-B2")
        yield services.reject(desk.apply(world.delivered()), reason="Worn out", ground="", actor=desk.merchant, now=NOW)
        for steps in range(5):
            yield self._exchange(steps)
        yield self._failed()

    def _back(self, number: str) -> Ticket:
        return self.desk.ship_back(self.desk.approve(self.desk.apply(self.world.delivered())), tracking_no=number)

    def _refused(self, number: str) -> Ticket:
        ticket, merchant = self._back(number), self.desk.merchant
        proof = self.desk.photo(merchant.user_id)
        return services.refuse_goods(ticket, reason="Worn", evidence=[proof], actor=merchant, now=NOW)

    def _exchange(self, steps: int) -> Ticket:
        desk = self.desk
        ticket = desk.apply(self.world.delivered(), "exchange", "quality", exchange_sku="TEE-L")
        for step in (desk.approve, desk.ship_back, desk.receive, desk.reship)[:steps]:
            ticket = step(ticket)
        return ticket

    def _failed(self) -> Ticket:
        """Its refund waits for a person."""
        order = self.world.place_order(lines=[("TEE", "99.00", 1)], payments=[("FAIL-1", "99.00")])
        return self.desk.pay_out(self.desk.apply(order, "refund_only", "dont_want"))

    # --- pages -----------------------------------------------------------------------------------

    def pages(self) -> Iterator[str]:
        """The page of each row, and those that need parameters to show a form."""
        for row in self._rows():
            yield page(row)
        ids = ".".join(str(ticket.pk) for ticket in self.tickets)
        for verb in ("approve", "reject", "receive", "x"):
            yield f"/admin/bulk/?verb={verb}&ids={ids}"
        for number in ("SF-B1", self.tickets[0].ticket_no, self.orders[0].order_no):
            yield f"/admin/receive/?q={number}"
            yield f"/admin/find/?q={number}"
        for model, key in zip(cycle(admin.site._registry), WRONG_KEYS, strict=False):
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/change/"

    def addresses(self) -> Iterator[str]:
        """Every address of the desk, each for one row."""
        for address in every_address():
            if address.route.startswith("admin/") and not address.route.endswith(LED_ON):
                yield address.url(self.one.real(address))

    def _rows(self) -> list[Model]:
        refunds, parcels = Refund.objects.order_by("-pk")[:3], Parcel.objects.order_by("-pk")[:3]
        return [*self.orders, *self.tickets, *refunds, *parcels, *self.one.desk_rows.values()]

    def impossible(self, random: Random) -> Iterator[tuple[str, list[str]]]:
        """(address, names of its fields) of steps, whatever the state of their row: sent from a page that is old."""
        for row in self._rows():
            desk: Any = admin.site._registry[type(row)]
            verbs = desk.verbs if isinstance(desk, ReadOnlyAdmin) else []
            for verb in random.sample(verbs, min(2, len(verbs))):
                yield page(row, verb.name), sorted(verb.form.base_fields)
