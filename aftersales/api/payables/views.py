"""What is owed beyond refunds over HTTP: parse → service → respond."""

from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.response import Response

from accounts.access import caller, chosen_shop
from kernel.actors import Actor
from refunds.access import only_deciders
from refunds.models import Payable
from refunds.payables import pay_out, services
from refunds.payables.machine import Kind, Status
from web.api.actions import Action, ActionView
from web.api.body import parsed
from web.api.filters import ListFilter, OneOf, Text
from web.fields import ChoiceField, MoneyField, NumberField, TextField
from web.http import ApiView, Request
from web.paging import KeysetPagination
from web.schema import describe

from ...access import payable_for, payables_of_user, ticket_for
from ...access import payer_on as acting_on
from ...services import approve_payable, create_payable, pay_payable
from ..representation.settlements import PAID_BY_HAND
from ..serializers import files
from .answers import PayableAnswer
from .representation import allowed_now, paid_by, payable_json, payouts_for, people_of, proofs_of

TAGS = ["payables"]
BY_HAND = [kind.value for kind in Kind if kind != Kind.RETURN_FREIGHT]


class PayableFilter(ListFilter):
    status = OneOf(choices=Status.values, help_text=gettext_lazy("Only this status."))
    kind = OneOf(choices=Kind.values, help_text=gettext_lazy("Only of this kind."))
    order_no = Text(field_name="order__order_no", help_text=gettext_lazy("Only for this order."))
    ticket_no = Text(field_name="ticket_payable__ticket__ticket_no", help_text=gettext_lazy("Only of this ticket."))


class PayableInput(serializers.Serializer):
    ticket_no = NumberField(max_length=64)
    kind = ChoiceField(choices=BY_HAND)
    amount = MoneyField()
    ground = TextField(max_length=240)
    key = TextField(
        max_length=40, required=False, allow_blank=True,
        help_text=gettext_lazy("Tells two of a kind on one ticket apart; without it there is one."),
    )  # fmt: skip


class PayInput(serializers.Serializer):
    proof = TextField(max_length=240)
    evidence = files(gettext_lazy("Your own uploads as proof. The buyer sees them on the ticket."))
    note = TextField(max_length=1000, required=False, allow_blank=True, default="")


class CallOffTransferInput(serializers.Serializer):
    note = TextField(
        max_length=1000, required=False, allow_blank=True, default="",
        help_text=gettext_lazy("What the payment channel's console shows, where two people are needed."),
    )  # fmt: skip


class CancelInput(serializers.Serializer):
    note = TextField(max_length=1000)


class Payables(ApiView):
    @describe(
        answer=PayableAnswer, page=True, parameters=PayableFilter.parameters(), tags=TAGS, operation_id="payables_list"
    )
    def get(self, request: Request) -> Response:
        """What shops owe buyers, and couriers owe shops, beyond refunds, newest first."""
        pages, user = KeysetPagination(), caller(request)
        rows = PayableFilter.apply(payables_of_user(user), request.query_params)
        page = list(pages.paginate_queryset(rows, request))
        actors = {row.pk: acting_on(user, row) for row in page}
        people, paid_out = people_of(page), payouts_for(page, *actors.values())
        files = proofs_of(page)
        to_pay = paid_by(page, *actors.values())
        return pages.get_paginated_response(
            [
                payable_json(
                    row,
                    actor=actors[row.pk],
                    people=people,
                    files=files,
                    payout=paid_out[row.pk],
                    payer=row.pk in to_pay,
                )
                for row in page
            ]
        )

    @describe(
        request=PayableInput,
        answer=PayableAnswer,
        status=201,
        verb=True,
        tags=TAGS,
        operation_id="payables_create",
        examples=[
            OpenApiExample(
                "goodwill",
                request_only=True,
                value={"ticket_no": "T1", "kind": "goodwill", "amount": "20.00", "ground": "Two weeks too late"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Goodwill, compensation or a claim against the courier, by a manager or support. Another person pays it."""
        sent = request.data.get("ticket_no") if isinstance(request.data, dict) else None
        number = sent if isinstance(sent, str) else ""
        user = caller(request)
        body = parsed(PayableInput, request)
        ticket, actor = ticket_for(user, number or body["ticket_no"], shop=chosen_shop(request))
        only_deciders(actor)
        body = parsed(PayableInput, request, currency=ticket.order.currency)
        del body["ticket_no"]
        payable = create_payable(ticket, **body, actor=actor, now=timezone.now())
        payable.ticket_payable.ticket = ticket
        return Response(payable_json(payable, actor=actor, people={}), status=201)


class PayableDetail(ApiView):
    @describe(answer=PayableAnswer, tags=TAGS, operation_id="payables_retrieve")
    def get(self, request: Request, payable_no: str) -> Response:
        """One payable: what for, how much, approved and paid by whom."""
        payable, actor = payable_for(caller(request), payable_no)
        return Response(_json(payable, actor))


class PayableAction(ActionView):
    shape, tags, operation_id, number = PayableAnswer, TAGS, "payables_%s", "payable_no"

    def fetch(self, number: str, transition: str) -> tuple[Payable, Actor]:
        payable, actor = payable_for(caller(self.request), number)
        only_deciders(actor)
        self.stale = payable
        return payable, actor

    def allowed(self, row: Payable, actor: Actor) -> list[str]:
        payout, payer = payouts_for([row], actor)[row.pk], bool(paid_by([row], actor))
        return allowed_now(row, actor, payout, payer=payer)

    def answer(self, row: Payable, actor: Actor) -> PayableAnswer:
        # The row that the service returned has only its id; what it came to be with the payment is new.
        link = getattr(self.stale, "ticket_payable", None)
        if link is not None:
            link.refresh_from_db(fields=PAID_BY_HAND)
            row.ticket_payable = link
        return _json(row, actor)


def _json(payable: Payable, actor: Actor) -> PayableAnswer:
    payout = payouts_for([payable], actor)[payable.pk]
    payer = bool(paid_by([payable], actor))
    people, files = people_of([payable]), proofs_of([payable])
    return payable_json(payable, actor=actor, people=people, files=files, payout=payout, payer=payer)


ACTIONS = (
    Action(
        name="approve",
        service=approve_payable,
        description="The first of two people: it is owed. What goes to a buyer counts in this person's daily limit.",
    ),
    Action(
        name="pay",
        service=pay_payable,
        description=(
            "The second person, another one than who approved it: a supervisor of support, or a manager who has been "
            "one for 30 days. It was paid, with the proof, which the buyer reads and may object to (`object` of the "
            "ticket)."
        ),
        body=PayInput,
    ),
    Action(
        name="transfer",
        service=pay_out.transfer,
        description=(
            "The second person, as for pay: the channel pays it to whom the order's payment came "
            "from. Off until transfers are set up."
        ),
    ),
    Action(
        name="call-off-transfer",
        service=pay_out.call_off_transfer,
        description=(
            "It is not sent any more. Whether it had left before, the channel says. What may have left and the channel "
            "doesn't answer for any more takes two people, as a refund that is called off: the first says with a note "
            "what the channel's console shows, a second one confirms."
        ),
        body=CallOffTransferInput,
    ),
    Action(
        name="cancel",
        service=services.cancel,
        description="It is not owed after all. Return shipping is owed by rule: only support cancels it.",
        body=CancelInput,
    ),
)
