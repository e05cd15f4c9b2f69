"""Chargebacks of an order over HTTP: parse → service → respond."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from kernel.actors import BUYER
from kernel.errors import Forbidden
from orders.access import order_for
from web.api.body import parsed
from web.fields import ChoiceField, CodeField, MoneyField, NumberField, TextField, TimeField
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import READ, describe

from .answers import ChargebackAnswer, chargeback_json
from .machine import Status
from .models import Chargeback
from .record import may_report, record_chargeback

TAGS = ["orders"]
EXAMPLES = [
    OpenApiExample(
        "opened",
        request_only=True,
        value={
            "transaction_no": "PAY-1", "chargeback_no": "dp_1", "amount": "99.00", "status": "open",
            "reason": "product not received",
        },
    )
]  # fmt: skip


class ChargebackInput(serializers.Serializer):
    transaction_no = NumberField(max_length=128)
    channel = CodeField(max_length=32, required=False, help_text=_("If two payments of the order have this number."))
    chargeback_no = NumberField(max_length=128)
    amount = MoneyField()
    status = ChoiceField(choices=Status.choices)
    reason = TextField(max_length=240, required=False, allow_blank=True)
    reported_at = TimeField(
        required=False,
        help_text=_("When the channel said this. Reports may come in any order: an older one changes nothing."),
    )


class ChargebackPages(KeysetPagination):
    field = "opened_at"


class Chargebacks(ApiView):
    @describe(
        answer=ChargebackAnswer,
        page=True,
        refuses=(*READ, 403),
        tags=TAGS,
        operation_id="orders_chargebacks_list",
    )
    def get(self, request: Request, order_no: str) -> Response:
        """What the payer's bank took back of the order's payments, newest first. Not for buyers."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        if actor.kind == BUYER:
            raise Forbidden()
        rows = Chargeback.objects.filter(shop_id=order.shop_id, payment__order=order)
        pages = ChargebackPages()
        page = pages.paginate_queryset(rows.select_related("payment__order"), request)
        return pages.get_paginated_response([chargeback_json(row) for row in page])

    @describe(
        request=ChargebackInput,
        answer=ChargebackAnswer,
        status=(200, 201),
        verb=True,
        tags=TAGS,
        operation_id="orders_chargebacks_create",
        examples=EXAMPLES,
    )
    def post(self, request: Request, order_no: str) -> Response:
        """What the bank says of a payment: the money is held, given back to the shop, or to the payer for good. The
        same again answers 200; `won` and `lost` end an open one."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        may_report(actor)
        body = parsed(ChargebackInput, request, currency=order.currency)
        chargeback, new = record_chargeback(order, **body, actor=actor, now=timezone.now())
        return Response(chargeback_json(chargeback), status=201 if new else 200)
