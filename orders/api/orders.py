"""Orders over HTTP: parse → service → respond."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, member_actor
from accounts.models import Shop
from accounts.passwords import check_own_password
from kernel.actors import Actor
from kernel.errors import Forbidden, Invalid
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import describe, parameter

from .. import services
from ..access import acting_on, may_bring_orders, order_for, orders_of
from ..machine import Status
from ..models import Order
from . import examples
from .answers import NoteAnswer, OrderAnswer, OrderSummaryAnswer
from .filters import filtered
from .representation import LINES, note_json, order_detail, order_json
from .serializers import (
    CloseInput,
    ConfirmReceiptInput,
    DeliverInput,
    ExtendReceiptInput,
    NoteInput,
    OrderInput,
    PaymentInput,
    ReopenWindowInput,
)

TAGS = ["orders"]


def parsed(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    filled = form(data=request.data)
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


class OrderPages(KeysetPagination):
    field = "placed_at"


class NotePages(KeysetPagination):
    field = "at"
    newest_first = False


FILTERS = (
    parameter("status", gettext_lazy("Only this status."), enum=Status.values),
    parameter("shop", gettext_lazy("Only this shop, by its code.")),
    parameter("created_after", gettext_lazy("Placed at or after this date or time.")),
    parameter("created_before", gettext_lazy("Placed before this time, or until the end of this date.")),
    parameter("search", gettext_lazy("A part of the order number.")),
)


class Orders(ApiView):
    @describe(answer=OrderSummaryAnswer, page=True, parameters=FILTERS, tags=TAGS, operation_id="orders_list")
    def get(self, request: Request) -> Response:
        """Orders that the caller may see, newest first."""
        user, pages, now = caller(request), OrderPages(), timezone.now()
        rows = filtered(orders_of(user), request.query_params).prefetch_related(LINES)
        page = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(
            [order_json(order, actor=acting_on(user, order), now=now) for order in page]
        )

    @describe(request=OrderInput, answer=OrderAnswer, status=(200, 201), verb=True, tags=TAGS, examples=examples.ORDER)
    def post(self, request: Request) -> Response:
        """Brings an order in. The same number and content again answers 200 with the order that is there."""
        may_bring_orders(caller(request))
        data, now = parsed(OrderInput, request), timezone.now()
        shop = Shop.objects.select_related("policy").filter(code=data["shop"]).first()
        if shop is None:
            raise Invalid(errors={"shop": [_("There is no such shop.")]})
        actor = member_actor(caller(request), shop.pk)
        if actor is None:
            raise Forbidden()
        order, new = services.create(shop, data, actor=actor, now=now)
        return Response(order_detail(order, actor=actor, now=now), status=201 if new else 200)


class OrderDoor(ApiView):
    """One order. `take` fetches and authorises; `whole` answers it as it is now."""

    def take(self, order_no: str, verb: str = "") -> tuple[Order, Actor]:
        return order_for(caller(self.request), order_no, verb)

    def whole(self, order: Order, actor: Actor) -> Response:
        return Response(order_detail(order, actor=actor, now=timezone.now()))


class OrderDetail(OrderDoor):
    @describe(answer=OrderAnswer, tags=TAGS)
    def get(self, request: Request, order_no: str) -> Response:
        """One order with its lines, payments, parcels and story."""
        return self.whole(*self.take(order_no))


class OrderPay(OrderDoor):
    @describe(request=PaymentInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.PAYMENT)
    def post(self, request: Request, order_no: str) -> Response:
        """The payment of an unpaid order has come in."""
        order, actor = self.take(order_no, "pay")
        data = parsed(PaymentInput, request)
        return self.whole(services.pay(order, data, actor=actor, now=timezone.now()), actor)


class OrderPack(OrderDoor):
    @describe(answer=OrderAnswer, verb=True, tags=TAGS)
    def post(self, request: Request, order_no: str) -> Response:
        """The goods are packed: from now on a refund needs a review (B-01)."""
        order, actor = self.take(order_no, "pack")
        return self.whole(services.pack(order, actor=actor, now=timezone.now()), actor)


class OrderDeliver(OrderDoor):
    @describe(request=DeliverInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.DELIVER)
    def post(self, request: Request, order_no: str) -> Response:
        """The goods have arrived."""
        order, actor = self.take(order_no, "deliver")
        data = parsed(DeliverInput, request)
        return self.whole(services.deliver(order, **data, actor=actor, now=timezone.now()), actor)


class OrderConfirmReceipt(OrderDoor):
    @describe(request=ConfirmReceiptInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.CONFIRM)
    def post(self, request: Request, order_no: str) -> Response:
        """The buyer has the goods and says so with their password; the after-sales window starts."""
        order, actor = self.take(order_no, "confirm_receipt")
        check_own_password(request._request, caller(request), parsed(ConfirmReceiptInput, request)["password"])
        return self.whole(services.confirm_receipt(order, actor=actor, now=timezone.now()), actor)


class OrderExtendReceipt(OrderDoor):
    @describe(request=ExtendReceiptInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.EXTEND)
    def post(self, request: Request, order_no: str) -> Response:
        """More time until the automatic receipt; a buyer once and up to ten days."""
        order, actor = self.take(order_no, "extend_receipt")
        data = parsed(ExtendReceiptInput, request)
        return self.whole(services.extend_receipt(order, **data, actor=actor, now=timezone.now()), actor)


class OrderReopenWindow(OrderDoor):
    @describe(request=ReopenWindowInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.REOPEN)
    def post(self, request: Request, order_no: str) -> Response:
        """Support opens the after-sales entry of one order again (S-014)."""
        order, actor = self.take(order_no, "reopen_window")
        data = parsed(ReopenWindowInput, request)
        return self.whole(services.reopen_window(order, **data, actor=actor, now=timezone.now()), actor)


class OrderClose(OrderDoor):
    @describe(request=CloseInput, answer=OrderAnswer, verb=True, tags=TAGS, examples=examples.CLOSE)
    def post(self, request: Request, order_no: str) -> Response:
        """Closes an order that was never paid."""
        order, actor = self.take(order_no, "close")
        data = {"reason": "", **parsed(CloseInput, request)}
        return self.whole(services.close(order, **data, actor=actor, now=timezone.now()), actor)


class OrderNotes(OrderDoor):
    @describe(answer=NoteAnswer, page=True, tags=TAGS, operation_id="orders_notes_list")
    def get(self, request: Request, order_no: str) -> Response:
        """Remarks on the order, oldest first."""
        order, _actor = self.take(order_no)
        pages = NotePages()
        return pages.get_paginated_response(
            [note_json(note) for note in pages.paginate_queryset(order.notes.all(), request)]
        )

    @describe(request=NoteInput, answer=NoteAnswer, status=201, verb=True, tags=TAGS, examples=examples.NOTE)
    def post(self, request: Request, order_no: str) -> Response:
        """A remark with a coloured flag."""
        order, actor = self.take(order_no)
        services.may_remark(actor)
        note = services.add_note(order, **parsed(NoteInput, request), actor=actor, now=timezone.now())
        return Response(note_json(note), status=201)
