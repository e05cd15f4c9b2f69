"""Complaints about the payments of an order over HTTP: read only, because they are answered at the channel."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from kernel.actors import BUYER
from kernel.errors import Forbidden
from orders.access import order_for
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import READ, describe

from .answers import ComplaintAnswer, complaint_json
from .models import Complaint


class ComplaintPages(KeysetPagination):
    field = "opened_at"


class Complaints(ApiView):
    @describe(
        answer=ComplaintAnswer,
        page=True,
        refuses=(*READ, 403),
        tags=["orders"],
        operation_id="orders_complaints_list",
    )
    def get(self, request: Request, order_no: str) -> Response:
        """What the buyer complained of to the payment channel about the order's payments, newest first. Not for
        buyers. Money that the channel holds or has paid back because of one is a chargeback with its number."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        if actor.kind == BUYER:
            raise Forbidden()
        rows = Complaint.objects.filter(shop_id=order.shop_id, payment__order=order)
        pages = ComplaintPages()
        page = pages.paginate_queryset(rows.select_related("payment__order"), request)
        return pages.get_paginated_response([complaint_json(row) for row in page])
