"""Refunds over HTTP: parse → service → respond."""

from django.utils import timezone
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access import caller
from kernel.actors import Actor
from web.api.actions import Action, ActionView
from web.api.filters import ListFilter, OneOf, Text
from web.http import ApiView, Request
from web.paging import KeysetPagination
from web.schema import describe

from .. import services
from ..access import acting_on, refund_for, refunds_of
from ..machine import Status
from ..models import Refund
from . import examples
from .answers import RefundAnswer
from .representation import refund_json
from .serializers import CallOffInput, ConfirmRedirectionInput, RedirectInput, SettleInput

TAGS = ["refunds"]


class RefundFilter(ListFilter):
    status = OneOf(choices=Status.values, help_text=gettext_lazy("Only this status."))
    order_no = Text(field_name="payment__order__order_no", help_text=gettext_lazy("Only refunds of this order."))


class Refunds(ApiView):
    @describe(
        answer=RefundAnswer, page=True, parameters=RefundFilter.parameters(), tags=TAGS, operation_id="refunds_list"
    )
    def get(self, request: Request) -> Response:
        """Refunds that the caller may see, newest first."""
        pages = KeysetPagination()
        page = pages.paginate_queryset(RefundFilter.apply(refunds_of(request.user), request.query_params), request)
        rows = [refund_json(refund, actor=acting_on(request.user, refund)) for refund in page]
        return pages.get_paginated_response(rows)


class RefundDetail(ApiView):
    @describe(answer=RefundAnswer, tags=TAGS, operation_id="refunds_retrieve", examples=examples.REFUND)
    def get(self, request: Request, refund_no: str) -> Response:
        """One refund with its state at the payment channel."""
        refund, actor = refund_for(request.user, refund_no)
        return Response(refund_json(refund, actor=actor))


class RefundAction(ActionView):
    shape, tags, operation_id, number = RefundAnswer, TAGS, "refunds_%s", "refund_no"

    def fetch(self, number: str, transition: str) -> tuple[Refund, Actor]:
        refund, actor = refund_for(caller(self.request), number)
        self.payment = refund.payment
        return refund, actor

    def allowed(self, row: Refund, actor: Actor) -> list[str]:
        return services.allowed_actions(row, actor, now=timezone.now())

    def answer(self, row: Refund, actor: Actor) -> RefundAnswer:
        row.payment = self.payment  # was fetched with its order; the row that the service returned has only its id
        return refund_json(row, actor=actor)


ACTIONS = (
    Action(
        name="retry",
        service=services.retry,
        description=(
            "Tries again: the same number while the outcome is unknown, a new refund after a definite failure. "
            "A returned refund that the channel may still pay is only asked about again. "
            "Answers the refund that is now on its way."
        ),
    ),
    Action(
        name="settle",
        service=services.settle_by_hand,
        description="The money went back another way. The first person gives a proof, a second one confirms.",
        body=SettleInput,
        examples=examples.SETTLE,
    ),
    Action(
        name="call-off",
        service=services.call_off,
        description=(
            "For an outcome that has been unknown for an hour. The first person says what the payment channel's "
            "console shows, a second one confirms. It fails once the channel, asked again, doesn't know it."
        ),
        body=CallOffInput,
        examples=examples.CALL_OFF,
    ),
    Action(
        name="redirect",
        service=services.propose_redirection,
        description=(
            "For a refund that the buyer's account didn't take and that the channel still has (WeChat Pay): to a card "
            "of the buyer's, or to the shop's own account, which then pays another way. The first of two people; the "
            "number of the refund stays."
        ),
        body=RedirectInput,
        examples=examples.REDIRECT,
    ),
    Action(
        name="confirm-redirection",
        service=services.confirm_redirection,
        description="The second person: the channel is told, and the refund is under way again.",
        body=ConfirmRedirectionInput,
        examples=examples.CONFIRM_REDIRECTION,
    ),
)
