"""A desk with a buyer, a merchant and support at it: tickets in any state by the services alone."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from aftersales import services
from aftersales.models import Evidence, Ticket
from aftersales.rules.application import Application, LineRequest
from logistics.models import ReturnAddress
from orders.models import Order, Stock
from refunds import services as refunds
from refunds.models import Refund

from .world import NOW, World


class Desk:
    """`alice` applies, `mei` decides, `sun` helps, `oms` brings payments. Everything happens at `now`."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, NOW
        self.buyer, self.merchant = world.actor("alice"), world.actor("mei")
        self.agent, self.support = world.actor("wen"), world.actor("sun")
        self.integration = world.actor("oms")
        if ReturnAddress.objects.exists():  # a second desk of the same world
            return
        for shop in (world.lantern, world.harbor):
            ReturnAddress.objects.create(shop=shop, name="Returns", phone="1", address="Dock 1", is_default=True)

    def photo(self, user_id: int | None = None) -> UUID:
        row = Evidence(uploader_id=user_id or self.buyer.user_id or 0, media_type="image/jpeg", created_at=self.now)
        row.file.save("test.jpg", ContentFile(b"not a photo, and nobody looks"), save=False)
        row.save()
        return row.pk

    def application(
        self, order: Order, type_: str, reason: str, *, quantity: int | None = None, exchange_sku: str = "", **more: Any
    ) -> Application:
        """Every line with `quantity` of its units (all by default)."""
        wanted = tuple(LineRequest(line.pk, quantity or line.quantity, exchange_sku) for line in order.lines.all())
        return Application(type_, reason, wanted, **({"evidence": (self.photo(),)} | more))

    def apply(self, order: Order, type_: str = "return_refund", reason: str = "quality", **more: Any) -> Ticket:
        return services.apply(order, self.application(order, type_, reason, **more), actor=self.buyer, now=self.now)

    def approve(self, ticket: Ticket, **decision: Any) -> Ticket:
        return services.approve(ticket, actor=self.merchant, now=self.now, **decision)

    def pay_difference(self, ticket: Ticket, amount: str) -> Ticket:
        payment = {"channel": "sandbox", "transaction_no": f"D-{ticket.pk}", "amount": Decimal(amount)}
        return services.pay_difference(ticket, payment=payment, actor=self.integration, now=self.now)

    def ship_back(self, ticket: Ticket, **more: Any) -> Ticket:
        return services.ship_back(
            ticket, **({"courier": "sf", "tracking_no": "SF1"} | more), actor=self.buyer, now=self.now
        )

    def receive(self, ticket: Ticket, units: Iterable[dict[str, Any]] | None = None, **more: Any) -> Ticket:
        if units is None:
            units = [
                {"line_id": item.line_id, "quantity": item.quantity, "condition": "as_new"}
                for item in ticket.lines.all()
            ]
        return services.receive(ticket, units=units, actor=self.merchant, now=self.now, **more)

    def reship(self, ticket: Ticket, **more: Any) -> Ticket:
        return services.reship(
            ticket, **({"courier": "sf", "tracking_no": "SF2"} | more), actor=self.merchant, now=self.now
        )

    def send_refunds(self) -> None:
        for pk in Refund.objects.filter(status__in=["pending", "processing"]).values_list("pk", flat=True):
            refunds.send(pk, now=self.now)

    def pay_out(self, ticket: Ticket) -> Ticket:
        self.send_refunds()
        return Ticket.objects.get(pk=ticket.pk)

    def stock(self, sku: str) -> tuple[int, int]:
        """(on hand, reserved)"""
        row = Stock.objects.filter(sku__code=sku).first()
        return (row.on_hand, row.reserved) if row else (0, 0)
