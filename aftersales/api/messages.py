"""The conversation on an order and on its tickets over HTTP."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from kernel.actors import Actor
from orders.access import order_for
from orders.models import Order
from web.api.body import parsed
from web.api.parsers import JsonParser
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import describe

from .. import services
from ..access import ticket_for
from ..models import Ticket
from . import examples
from .answers import MessageAnswer, ReadingAnswer
from .representation.evidence import message_json, reading_json
from .serializers import MessageInput, ReadInput

TAGS = ["tickets"]
ORDERS = ["orders"]


class MessagePages(KeysetPagination):
    field = "at"
    newest_first = False


class Conversation(ApiView):
    """What is the same whether one writes about a ticket or about its order."""

    parser_classes = [JsonParser]

    def page(self, request: Request, about: Ticket | Order) -> Response:
        pages = MessagePages()
        page = pages.paginate_queryset(services.conversation(about), request)
        return pages.get_paginated_response([message_json(message) for message in page])

    def add(self, request: Request, about: Ticket | Order, actor: Actor) -> Response:
        services.check_may_post(actor)
        message = services.post_message(about, **parsed(MessageInput, request), actor=actor, now=timezone.now())
        return Response(message_json(message), status=201)

    def mark(self, request: Request, about: Ticket | Order, actor: Actor) -> Response:
        services.mark_read(about, **parsed(ReadInput, request), actor=actor, now=timezone.now())
        return Response(reading_json(about, actor))


class Messages(Conversation):
    @describe(answer=MessageAnswer, page=True, tags=TAGS, operation_id="tickets_messages_list")
    def get(self, request: Request, ticket_no: str) -> Response:
        """What buyer, merchant and support wrote to each other on this ticket and on its order, oldest first."""
        ticket, _actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        return self.page(request, ticket)

    @describe(
        request=MessageInput, answer=MessageAnswer, status=201, verb=True, tags=TAGS,
        operation_id="tickets_messages_create", examples=examples.MESSAGE,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """Posts a message to the other parties, in any state of the ticket: text, own uploads, or both."""
        ticket, actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        return self.add(request, ticket, actor)


class OrderMessages(Conversation):
    @describe(answer=MessageAnswer, page=True, tags=ORDERS, operation_id="orders_messages_list")
    def get(self, request: Request, order_no: str) -> Response:
        """What buyer, merchant and support wrote to each other on this order and on its tickets, oldest first."""
        order, _actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        return self.page(request, order)

    @describe(
        request=MessageInput, answer=MessageAnswer, status=201, verb=True, tags=ORDERS,
        operation_id="orders_messages_create", examples=examples.MESSAGE,
    )  # fmt: skip
    def post(self, request: Request, order_no: str) -> Response:
        """Asks or answers something about an order, at any time, after its after-sales window too: a consultation, no
        claim. It moves no money, no goods and no deadline."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        return self.add(request, order, actor)


class TicketRead(Conversation):
    @describe(
        request=ReadInput,
        answer=ReadingAnswer,
        verb=True,
        tags=TAGS,
        operation_id="tickets_read",
        examples=examples.READ,
    )
    def post(self, request: Request, ticket_no: str) -> Response:
        """Marks the conversation of this ticket as read by the caller's side (buyer, shop or support) up to a message.
        What arrived after it stays unread, and a mark never goes back."""
        ticket, actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        return self.mark(request, ticket, actor)


class OrderRead(Conversation):
    @describe(
        request=ReadInput,
        answer=ReadingAnswer,
        verb=True,
        tags=ORDERS,
        operation_id="orders_read",
        examples=examples.READ,
    )
    def post(self, request: Request, order_no: str) -> Response:
        """Marks the conversation of this order as read by the caller's side (buyer, shop or support) up to a message.
        What arrived after it stays unread, and a mark never goes back."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        return self.mark(request, order, actor)
