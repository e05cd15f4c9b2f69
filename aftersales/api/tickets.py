"""Tickets over HTTP: parse → service → respond. The actions of one ticket are in `actions`."""

from django.utils import timezone
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller, chosen_shop, public_shop
from orders.access import order_for
from web.api.body import check_decimals, parsed
from web.api.parsers import JsonParser
from web.http import ApiView
from web.paging import KeysetPagination
from web.schema import READ, describe, parameter

from .. import services
from ..access import acting_on, counted, listed, order_to_apply, ticket_for, tickets_of
from ..models import reasons_of
from ..selectors.filters import ORDERINGS, TicketFilter, filtered, one_of, ordering
from ..selectors.refunds.settlers import load_settlers
from ..states import Type
from . import examples
from .answers import ConditionAnswer, SummaryAnswer, TicketAnswer, TicketSummaryAnswer
from .answers_before import OptionsAnswer, QuoteAnswer, ReasonAnswer
from .representation import lines_of, ticket_detail, ticket_json
from .representation.inspections import conditions_json
from .representation.options import options_json
from .representation.quote import quote_json, reason_json
from .serializers import ApplyInput, application

TAGS = ["tickets"]
OF_SHOP = parameter(
    "shop", gettext_lazy("A shop's code: includes its own reasons and leaves out those it has turned off.")
)
ORDERING = parameter(
    "ordering",
    gettext_lazy("Newest first by default. With `due_at`, only tickets that have a deadline."),
    enum=ORDERINGS,
)


class TicketPages(KeysetPagination):
    def __init__(self, field: str, newest_first: bool) -> None:
        self.field, self.newest_first = field, newest_first


class Tickets(ApiView):
    parser_classes = [JsonParser]

    @describe(
        answer=TicketSummaryAnswer,
        page=True,
        parameters=[*TicketFilter.parameters(), ORDERING],
        tags=TAGS,
        operation_id="tickets_list",
    )
    def get(self, request: Request) -> Response:
        """Tickets that the caller may see (S-113), newest first."""
        user = caller(request)
        field, newest_first = ordering(request.query_params)
        rows = filtered(tickets_of(user), request.query_params)
        if field == "due_at":
            rows = rows.filter(due_at__isnull=False)
        pages = TicketPages(field, newest_first)
        page = pages.paginate_queryset(listed(rows), request)
        lines = lines_of(page)
        if user.support_role:  # who may rule on a settlement
            load_settlers(page)
        return pages.get_paginated_response(
            [ticket_json(ticket, lines[ticket.pk], actor=acting_on(user, ticket)) for ticket in page]
        )

    @describe(
        request=ApplyInput, answer=TicketAnswer, status=201, verb=True, tags=TAGS, operation_id="tickets_apply",
        examples=examples.APPLY,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Applies for after-sales service: the buyer, or merchant and support on the buyer's behalf. 422 with every
        reason against it. A refund of goods that nobody has packed starts at once."""
        data = parsed(ApplyInput, request)
        order, actor = order_to_apply(caller(request), data["order_no"], shop=chosen_shop(request))
        check_decimals(request, order.currency, "claimed_amount")
        ticket = services.apply(order, application(data), actor=actor, now=timezone.now())
        return Response(ticket_detail(ticket, actor=actor), status=201)


class TicketQuote(ApiView):
    parser_classes = [JsonParser]

    @describe(
        request=ApplyInput, answer=QuoteAnswer, verb=True, tags=TAGS, operation_id="tickets_quote",
        examples=examples.QUOTE,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """What would be paid, by which way, and whether the application would be accepted. Writes nothing."""
        data = parsed(ApplyInput, request)
        order, actor = order_for(caller(request), data["order_no"], shop=chosen_shop(request))
        check_decimals(request, order.currency, "claimed_amount")
        quote = services.quote(order, application(data), actor=actor, now=timezone.now())
        return Response(quote_json(quote, order.currency))


class OrderOptions(ApiView):
    @describe(
        answer=OptionsAnswer, refuses=(*READ, 403), tags=TAGS, operation_id="orders_options", examples=examples.OPTIONS
    )
    def get(self, request: Request, order_no: str) -> Response:
        """What can be applied for on this order: each type, or why not, and the types that each line can take."""
        order, actor = order_for(caller(request), order_no, shop=chosen_shop(request))
        services.may_apply(actor)
        return Response(options_json(services.choices(order, now=timezone.now())))


class TicketSummary(ApiView):
    @describe(
        answer=SummaryAnswer,
        parameters=TicketFilter.parameters("shop", "type"),
        tags=TAGS,
        operation_id="tickets_summary",
    )
    def get(self, request: Request) -> Response:
        """How many tickets are in each tab of the list, and how many are overdue."""
        query = {name: request.query_params.get(name, "") for name in ("shop", "type")}
        stages, overdue = counted(filtered(tickets_of(caller(request)), query))
        answer: SummaryAnswer = {"stages": stages, "overdue": overdue}
        return Response(answer)


class TicketDetail(ApiView):
    @describe(answer=TicketAnswer, tags=TAGS, operation_id="tickets_retrieve", examples=examples.TICKET)
    def get(self, request: Request, ticket_no: str) -> Response:
        """One ticket with everything that belongs to it (S-114…S-117)."""
        ticket, actor = ticket_for(caller(request), ticket_no, shop=chosen_shop(request))
        return Response(ticket_detail(ticket, actor=actor))


class Conditions(ApiView):
    @describe(answer=list[ConditionAnswer], refuses=READ, tags=TAGS, operation_id="conditions_list")
    def get(self, request: Request) -> Response:
        """The conditions that returned goods are graded by: what `receive` takes, and the lines of a ticket show."""
        return Response(conditions_json())


class Reasons(ApiView):
    @describe(
        answer=list[ReasonAnswer],
        parameters=[*TicketFilter.parameters("type"), OF_SHOP],
        refuses=READ,
        tags=TAGS,
        operation_id="reasons_list",
    )
    def get(self, request: Request) -> Response:
        """The reasons to choose from (S-023), for one type or for all, in one shop (S-167) or in any."""
        code = request.query_params.get("shop", "")
        shop_id = public_shop(code).pk if code else None
        which = {}
        if type_ := request.query_params.get("type"):
            which["type"] = one_of(type_, Type.values, "type")
        return Response([reason_json(reason) for reason in reasons_of(shop_id, **which)])
