"""Every address of the site, from the urlconf, and how to fill in the rows it names."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Faq, Holiday, Membership
from accounts.privacy.erasure import request_erasure
from aftersales.models import Benefit, CannedResponse, Evidence, Keyword, Reason, Ticket
from aftersales.services import create_payable
from kernel.machine import advance, begin
from logistics.models import Parcel, Pickup, ReturnAddress
from orders.models import Order, Sku, WarrantyTerm
from refunds.complaints.record import record_complaints
from refunds.gateways import ENVIRONMENT, ComplaintReport, ComplaintStatus
from refunds.models import ChannelNotice, Chargeback, Complaint, MerchantAccount, Refund
from refunds.services import record_chargeback

from .desk import Desk
from .world import World

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
DAY = date(2026, 3, 3)
_NO_UUID = UUID(int=0)


@dataclass(frozen=True)
class Address:
    route: str
    view: Callable[..., Any]

    @property
    def names(self) -> list[str]:
        return _PARAMETER.findall(self.route)

    @property
    def resource(self) -> str:
        """ "orders" of `api/v1/orders/<order_no>/ship/`, "aftersales/ticket" of `admin/aftersales/ticket/…`."""
        parts = self.route.split("/")
        return "/".join(parts[1:3]) if parts[0] == "admin" else parts[2] if parts[0] == "api" else parts[0]

    @property
    def verbs(self) -> list[str]:
        """The methods that an API view answers."""
        view = getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)
        methods = getattr(view, "http_method_names", [])
        return [name for name in ("get", "post", "put", "patch", "delete") if name in methods and hasattr(view, name)]

    def url(self, values: dict[str, Any]) -> str:
        return "/" + _PARAMETER.sub(lambda found: str(values[found[1]]), self.route)


def every_address() -> list[Address]:
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "")))


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback)


def _chargeback(desk: Desk) -> Chargeback:
    """Of an order of its own, whose payment it takes."""
    order = desk.world.place_order(payments=[("CB-PAY", "20.00")], lines=[("TEE", "20.00", 1)])
    chargeback, _new = record_chargeback(
        order,
        transaction_no="CB-PAY",
        chargeback_no="CB-1",
        amount=Decimal(20),
        status="open",
        actor=desk.integration,
        now=desk.now,
    )
    return chargeback


def _complaint(order: Order, desk: Desk) -> Complaint:
    report = ComplaintReport("CP-1", ComplaintStatus.OPEN, "PENDING", [], desk.now, text="The wick smokes.")
    payments = order.payments.select_related("order")
    (complaint,) = record_complaints(payments, report, asked_at=desk.now, now=desk.now)
    return complaint


def _pickup(ticket: Ticket, desk: Desk) -> Pickup:
    """The newest of a ticket, and over."""
    pickup = Pickup(
        order=ticket.order, pickup_no="PU-1", key=ticket.ticket_no, courier="sf", receiver={}, starts_at=desk.now,
        ends_at=desk.now + timedelta(hours=2), created_at=desk.now, sender_name="Wick", sender_address="13 Wick Lane",
    )  # fmt: skip
    advance(begin(pickup, actor=desk.buyer, now=desk.now).withdraw, actor=desk.buyer, now=desk.now)
    Ticket.objects.filter(shop_id=ticket.shop_id, pk=ticket.pk).update(pickup=pickup)
    return pickup


class Rows:
    """One row of everything in `lantern`, bought by alice; `real` and `missing` fill an address with them."""

    def __init__(self, world: World) -> None:
        desk = Desk(world)
        ReturnAddress.objects.filter(shop=world.lantern).update(address="13 Wick Yard")
        world.sku("TEE", on_hand=5)
        self.order = world.delivered(points_earned=5)
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(self.order))))
        self.ticket = desk.pay_out(ticket)
        self.refund = Refund.objects.get()
        self.benefit = Benefit.objects.get()
        self.evidence = Evidence.objects.get()
        self.parcel = Parcel.objects.get()
        self.address = ReturnAddress.objects.get(shop=world.lantern)
        self.note = self.order.notes.first()
        self.payable = create_payable(
            self.ticket, kind="goodwill", amount=Decimal(5), ground="Late", actor=desk.merchant, now=desk.now
        )
        self.pickup = _pickup(self.ticket, desk)
        self.desk_rows: dict[type[Model], Model] = {
            row.__class__: row
            for row in (
                self.order,
                self.ticket,
                self.refund,
                self.parcel,
                self.pickup,
                self.address,
                world.lantern,
                world.alice,
                Sku.objects.get(code="TEE"),
                Membership.objects.get(user=world.wen),
                Faq.objects.create(shop=world.lantern, question="Does it glow?", answer="At night."),
                Holiday.objects.create(shop=world.lantern, name_zh="店庆", name_en="Our day", first=DAY, last=DAY),
                Keyword.objects.create(shop=world.lantern, type="repair", word="flicker"),
                CannedResponse.objects.create(shop=world.lantern, text="The wick was burnt."),
                Reason.objects.all()[0],
                WarrantyTerm.objects.create(shop=world.lantern, category="lamps", repair_days=365),
                MerchantAccount.objects.create(shop=world.lantern, channel="alipay", account="2088-wick"),
                _chargeback(desk),
                _complaint(self.order, desk),
                self.payable,
                ChannelNotice.objects.create(
                    channel="alipay",
                    verified_by=[ENVIRONMENT],
                    event_id="E-wick",
                    kind="refund",
                    state="flagged",
                    flag="unknown_refund",
                    received_at=desk.now,
                ),
                request_erasure(world.eve, actor=desk.support, now=desk.now),
            )
        }

    @property
    def secrets(self) -> list[str]:
        """What nobody outside may read anywhere."""
        return [
            self.order.order_no,
            self.ticket.ticket_no,
            self.refund.refund_no,
            self.address.address,
            "Does it glow?",
            "flicker",
            "The wick was burnt.",
            "2088-wick",
        ]

    def real(self, address: Address) -> dict[str, Any]:
        return {name: self._value(address, name)[0] for name in address.names}

    def missing(self, address: Address) -> dict[str, Any]:
        return {name: self._value(address, name)[1] for name in address.names}

    def _value(self, address: Address, name: str) -> tuple[Any, Any]:
        """(of the row, of no row). A new kind of address has to be taught here."""
        if address.resource.startswith(("r/", "auth/")) or address.resource in self._models():
            return self._of_the_desk(address, name)
        chargeback: Any = self.desk_rows[Chargeback]
        if "chargeback_no" in address.names:  # of its own order
            order_no = chargeback.payment.order.order_no
            return {"order_no": (order_no, "E-0"), "chargeback_no": (chargeback.chargeback_no, "CB-0")}[name]
        known = {
            ("orders", "order_no"): (self.order.order_no, "E-0"),
            ("tickets", "ticket_no"): (self.ticket.ticket_no, "AS0"),
            ("benefits", "pk"): (self.benefit.pk, 0),
            ("refunds", "refund_no"): (self.refund.refund_no, "RF0"),
            ("payables", "payable_no"): (self.payable.payable_no, "PY0"),
            ("parcels", "pk"): (self.parcel.pk, 0),
            ("return-addresses", "pk"): (self.address.pk, 0),
            ("evidence", "pk"): (self.evidence.pk, _NO_UUID),
            ("skus", "code"): ("TEE", "TEE-0"),
            ("shops", "code"): ("lantern", "no-shop"),
            ("memberships", "pk"): (self.desk_rows[Membership].pk, 0),
            ("notify", "channel"): ("alipay", "no-channel"),
            ("notify", "account"): ("2088-wick", "0"),
            ("sandbox", "refund_no"): (self.refund.refund_no, "RF0"),
            ("account", "pk"): (self.desk_rows[Membership].pk, 0),
        }
        return known[address.resource, name]

    def _models(self) -> dict[str, type[Model]]:
        return {f"{model._meta.app_label}/{model._meta.model_name}": model for model in admin.site._registry}

    def _of_the_desk(self, address: Address, name: str) -> tuple[Any, Any]:
        if name == "content_type_id":
            pk = ContentType.objects.get_for_model(Order).pk
            return pk, pk
        model = self._models().get(address.resource, Order)
        return self.desk_rows[model].pk, 0
