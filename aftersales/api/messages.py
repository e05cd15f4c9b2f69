"""The conversation on a ticket over HTTP."""

from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from web.api.body import parsed
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import describe

from .. import services
from ..access import ticket_for
from . import examples
from .answers import MessageAnswer
from .representation_messages import message_json
from .serializers import MessageInput

TAGS = ["tickets"]


class MessagePages(KeysetPagination):
    field = "at"
    newest_first = False


class Messages(ApiView):
    parser_classes = [JSONParser]

    @describe(answer=MessageAnswer, page=True, tags=TAGS, operation_id="tickets_messages_list")
    def get(self, request: Request, ticket_no: str) -> Response:
        """What buyer, merchant and support wrote to each other on this ticket, oldest first."""
        ticket, _actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        pages = MessagePages()
        page = pages.paginate_queryset(services.conversation(ticket), request)
        return pages.get_paginated_response([message_json(message) for message in page])

    @describe(
        request=MessageInput, answer=MessageAnswer, status=201, verb=True, tags=TAGS,
        operation_id="tickets_messages_create", examples=examples.MESSAGE,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """Posts a message to the other parties, in any state of the ticket: text, own uploads, or both."""
        ticket, actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        services.check_may_post(actor)
        message = services.post_message(ticket, **parsed(MessageInput, request), actor=actor, now=timezone.now())
        return Response(message_json(message), status=201)
