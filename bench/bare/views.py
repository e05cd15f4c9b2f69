"""The same jobs in the fewest statements: no login, no idempotency, no eligibility beyond what the tables say."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch
from django.utils import timezone
from rest_framework import generics, pagination, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aftersales.models import Reason, Ticket, TicketLine, TicketParcel, TicketPayable, TicketRefund
from aftersales.states import Due, Phase, Status
from kernel.models import History
from kernel.numbers import new_number
from logistics.models import ReturnAddress
from orders.models import Note, Order, OrderLine

from .serializers import DetailSerializer, TicketSerializer

AROUND = ("order", "shop", "buyer", "reason", "assignee", "sub_reason")
PARCELS = Prefetch("ticket_parcels", TicketParcel.objects.filter(is_current=True).select_related("parcel"))
LINES = Prefetch(
    "lines", TicketLine.objects.select_related("line__sku", "exchange_sku").prefetch_related("inspections")
)
REFUNDS = Prefetch("ticket_refunds", TicketRefund.objects.select_related("refund__payment"))
PAYABLES = Prefetch("ticket_payables", TicketPayable.objects.select_related("payable"))


class LineRequest(serializers.Serializer):
    line_id = serializers.IntegerField()
    quantity = serializers.IntegerField(min_value=1)


class Application(serializers.Serializer):
    order_no = serializers.CharField()
    type = serializers.CharField()
    reason = serializers.CharField()
    description = serializers.CharField(required=False, allow_blank=True)
    lines = LineRequest(many=True)


class Pages(pagination.CursorPagination):
    ordering = ("-created_at", "-id")
    page_size = 20
    page_size_query_param = "page_size"


def whole(ticket: Ticket, status: int = 200) -> Response:
    history = History.objects.filter(machine="ticket", object_id=ticket.pk).order_by("id")
    return Response(DetailSerializer(ticket, context={"history": list(history)}).data, status=status)


def _move(ticket: Ticket, verb: str, source: str, at: Any, machine: str = "ticket", pk: int = 0) -> History:
    return History(
        shop_id=ticket.shop_id,
        machine=machine, object_id=pk or ticket.pk, action=verb, source=source, target=ticket.status,
        actor_kind="merchant", actor_name="anybody", at=at,
    )  # fmt: skip


class Tickets(generics.ListAPIView):
    serializer_class = TicketSerializer
    pagination_class = Pages
    queryset = Ticket.objects.select_related(*AROUND).prefetch_related(LINES)

    def post(self, request: Request) -> Response:
        form = Application(data=request.data)
        form.is_valid(raise_exception=True)
        return whole(apply(form.validated_data), 201)


@transaction.atomic
def apply(data: dict[str, Any]) -> Ticket:
    now = timezone.now()
    orders = Order.objects.select_for_update(of=("self",)).select_related("shop", "buyer", "policy")
    order = orders.get(order_no=data["order_no"])
    wanted = {item["line_id"]: item["quantity"] for item in data["lines"]}
    lines = order.lines.select_related("sku").in_bulk(wanted)
    amounts = {
        pk: (line.paid_amount * wanted[pk] / line.quantity).quantize(Decimal("0.01")) for pk, line in lines.items()
    }
    ticket = Ticket.objects.create(
        ticket_no=new_number("AS", now), order=order, shop=order.shop, buyer=order.buyer, type=data["type"],
        phase=Phase.ONSALE, reason=Reason.objects.get(type=data["type"], code=data["reason"]), fault="buyer",
        description=data.get("description", ""), requested_amount=sum(amounts.values()), return_freight_payer="buyer",
        status=Status.PENDING_REVIEW, created_at=now, updated_at=now, applied_at=now,
        due_at=now + timedelta(hours=48), due_action=Due.APPROVE,
    )  # fmt: skip
    TicketLine.objects.bulk_create(
        TicketLine(ticket=ticket, line=lines[pk], quantity=count, refund_amount=amounts[pk], share_amount=amounts[pk])
        for pk, count in wanted.items()
    )
    for pk, count in wanted.items():
        OrderLine.objects.filter(pk=pk).update(
            open_quantity=F("open_quantity") + count, open_amount=F("open_amount") + amounts[pk]
        )
    left = order.receipt_due_at and order.receipt_due_at - now
    Order.objects.filter(pk=order.pk).update(open_cases=F("open_cases") + 1, receipt_due_at=None, receipt_left=left)
    _move(ticket, "apply", "", now).save()
    return ticket


class Detail(APIView):
    def get(self, request: Request, ticket_no: str) -> Response:
        hanging = (LINES, REFUNDS, PAYABLES, "evidence", "offers", PARCELS, "ticket_parcels__parcel__events")
        rows = Ticket.objects.select_related(*AROUND).prefetch_related(*hanging)
        return whole(generics.get_object_or_404(rows, ticket_no=ticket_no))


class Approve(APIView):
    def post(self, request: Request, ticket_no: str) -> Response:
        return whole(approve(ticket_no))


@transaction.atomic
def approve(ticket_no: str) -> Ticket:
    now = timezone.now()
    rows = Ticket._base_manager.select_for_update(of=("self", "order")).select_related(*AROUND)
    ticket = rows.get(ticket_no=ticket_no, status=Status.PENDING_REVIEW)
    address = ReturnAddress.objects.get(shop_id=ticket.shop_id, is_default=True, active=True)
    decided = {
        "approved_amount": ticket.requested_amount,
        "approved_at": now,
        "address_set_at": now,
        "updated_at": now,
        "return_address": address,
        "return_address_copy": address.as_dict(),
        "receipt_extended": True,
        "due_at": now + timedelta(days=7),
        "due_action": Due.CLOSE,
    }
    Ticket._base_manager.filter(pk=ticket.pk).update(status=Status.PENDING_RETURN, **decided)
    for name, value in decided.items():
        setattr(ticket, name, value)
    ticket.__dict__["status"] = Status.PENDING_RETURN
    Order.objects.filter(pk=ticket.order_id).update(receipt_left=F("receipt_left") + timedelta(days=10))
    Note.objects.create(
        shop_id=ticket.shop_id,
        order_id=ticket.order_id,
        text="+10",
        flag="blue",
        author_kind="rule",
        author_name="rule",
        at=now,
    )
    source = Status.PENDING_REVIEW
    History.objects.bulk_create(
        [
            _move(ticket, "approve", source, now),
            _move(ticket, "extend_receipt", "shipped", now, "order", ticket.order_id),
        ]
    )
    return ticket
