"""Refunds over HTTP: parse → service → respond."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from kernel.actors import Actor
from kernel.errors import Invalid
from web.api.actions import Action, ActionView
from web.http import ApiView, Request
from web.paging import KeysetPagination
from web.schema import describe, parameter

from .. import services
from ..access import acting_on, refund_for, refunds_of
from ..machine import Status
from ..models import Refund
from . import examples
from .answers import RefundAnswer
from .representation import refund_json
from .serializers import SettleInput

if TYPE_CHECKING:
    from django.db.models import QuerySet

TAGS = ["refunds"]
FILTERS = (
    parameter("status", gettext_lazy("Only this status."), enum=Status.values),
    parameter("order_no", gettext_lazy("Only the refunds of this order.")),
)


class Refunds(ApiView):
    @describe(answer=RefundAnswer, page=True, parameters=FILTERS, tags=TAGS, operation_id="refunds_list")
    def get(self, request: Request) -> Response:
        """Refunds that the caller may see, newest first."""
        pages = KeysetPagination()
        page = pages.paginate_queryset(filtered(refunds_of(request.user), request), request)
        rows = [refund_json(refund, actor=acting_on(request.user, refund)) for refund in page]
        return pages.get_paginated_response(rows)


class RefundDetail(ApiView):
    @describe(answer=RefundAnswer, tags=TAGS, operation_id="refunds_retrieve", examples=examples.REFUND)
    def get(self, request: Request, refund_no: str) -> Response:
        refund, actor = refund_for(request.user, refund_no)
        return Response(refund_json(refund, actor=actor))


class RefundAction(ActionView):
    shape, tags, operation_id, number = RefundAnswer, TAGS, "refunds_%s", "refund_no"

    def fetch(self, number: str, transition: str) -> tuple[Refund, Actor]:
        refund, actor = refund_for(self.request.user, number)
        self.payment = refund.payment
        return refund, actor

    def answer(self, row: Refund, actor: Actor) -> RefundAnswer:
        row.payment = self.payment  # was fetched with its order; the row that the service returned has only its id
        return refund_json(row, actor=actor)


ACTIONS = (
    Action(
        name="retry",
        service=services.retry,
        description=(
            "Tries again: the same number while the outcome is unknown, a new refund after a definite failure. "
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
)


def filtered(rows: "QuerySet[Refund]", request: Request) -> "QuerySet[Refund]":
    status, order_no = (request.query_params.get(name, "") for name in ("status", "order_no"))
    if status and status not in Status.values:
        raise Invalid(errors={"status": [_("Choose one of: %(all)s.") % {"all": ", ".join(Status.values)}]})
    if "\x00" in order_no:
        raise Invalid(errors={"order_no": [_("Leave out the NUL character.")]})
    rows = rows.filter(status=status) if status else rows
    return rows.filter(payment__order__order_no=order_no) if order_no else rows
