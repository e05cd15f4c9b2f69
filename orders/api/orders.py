"""Orders over HTTP: parse → service → respond."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop, member_actor
from accounts.models import Shop
from kernel.errors import Forbidden, Invalid
from web.api.body import parsed
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import describe

from .. import services
from ..access import acting_on, may_bring_orders, order_for, orders_of
from . import examples
from .answers import NoteAnswer, OrderAnswer, OrderSummaryAnswer
from .filters import OrderFilter, filtered
from .representation import LINES, note_json, order_detail, order_json
from .serializers import (
    NoteInput,
    OrderInput,
)

TAGS = ["orders"]


class OrderPages(KeysetPagination):
    field = "placed_at"


class NotePages(KeysetPagination):
    field = "at"
    newest_first = False


class Orders(ApiView):
    @describe(
        answer=OrderSummaryAnswer, page=True, parameters=OrderFilter.parameters(), tags=TAGS, operation_id="orders_list"
    )
    def get(self, request: Request) -> Response:
        """Orders that the caller may see, newest first."""
        user, pages, now = caller(request), OrderPages(), timezone.now()
        rows = filtered(orders_of(user), request.query_params).prefetch_related(LINES)
        page = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(
            [order_json(order, actor=acting_on(user, order), now=now) for order in page]
        )

    @describe(
        request=OrderInput, answer=OrderAnswer, status=(200, 201), verb=True, tags=TAGS, examples=[examples.ORDER]
    )
    def post(self, request: Request) -> Response:
        """Brings an order in. The same number and content again answers 200 with the order that is there."""
        may_bring_orders(caller(request))
        shop, now = _shop(request), timezone.now()
        data = parsed(OrderInput, request, currency=_currency(request, shop))
        if shop is None:
            raise Invalid(errors={"shop": [_("There's no such shop.")]})
        actor = member_actor(caller(request), shop.pk)
        if actor is None:
            raise Forbidden()
        order, new = services.create(shop, data, actor=actor, now=now)
        return Response(order_detail(order, actor=actor, now=now), status=201 if new else 200)


def _shop(request: Request) -> Shop | None:
    """Before the body is validated: its currency says how many decimals the amounts may have. None: no such shop."""
    sent = request.data.get("shop") if isinstance(request.data, dict) else None
    if not isinstance(sent, str) or not sent.isprintable():
        return None
    return Shop.objects.select_related("policy").filter(code=sent).first()


def _currency(request: Request, shop: Shop | None) -> str:
    """As sent, else the shop's."""
    sent = request.data.get("currency") if isinstance(request.data, dict) else None
    return sent if isinstance(sent, str) else shop.currency if shop else ""


class OrderDetail(ApiView):
    @describe(answer=OrderAnswer, tags=TAGS)
    def get(self, request: Request, order_no: str) -> Response:
        """One order with its lines, payments, parcels and story."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        return Response(order_detail(order, actor=actor, now=timezone.now()))


class OrderNotes(ApiView):
    @describe(answer=NoteAnswer, page=True, tags=TAGS, operation_id="orders_notes_list")
    def get(self, request: Request, order_no: str) -> Response:
        """Remarks on the order, oldest first."""
        order, _actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        pages = NotePages()
        return pages.get_paginated_response(
            [note_json(note) for note in pages.paginate_queryset(order.notes.all(), request)]
        )

    @describe(request=NoteInput, answer=NoteAnswer, status=201, verb=True, tags=TAGS, examples=[examples.NOTE])
    def post(self, request: Request, order_no: str) -> Response:
        """A remark with a coloured flag."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        services.may_remark(actor)
        note = services.add_note(order, **parsed(NoteInput, request), actor=actor, now=timezone.now())
        return Response(note_json(note), status=201)
