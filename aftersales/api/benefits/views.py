"""Points and coupons that the shop's own system is to move: its worklist, and its acknowledgement (B-03, F-7)."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access import caller
from web.api.filters import ListFilter, OneOf, Text
from web.http import ApiView, Request
from web.paging import KeysetPagination
from web.schema import describe

from ...access import benefit_for, benefits_of_user
from ...models import Benefit, BenefitKind
from ...services import acknowledge_benefit
from ...states import BenefitState
from .answers import BenefitAnswer
from .representation import benefit_json

if TYPE_CHECKING:
    from django.db.models import QuerySet

TAGS = ["benefits"]


class BenefitFilter(ListFilter):
    state = OneOf(
        choices=BenefitState.values, method="of_state", help_text=gettext_lazy("`pending`: not yet carried out.")
    )
    kind = OneOf(choices=BenefitKind.values, help_text=gettext_lazy("Only of this kind."))
    shop = Text(field_name="order__shop__code", help_text=gettext_lazy("The shop's code."))
    order_no = Text(field_name="order__order_no", help_text=gettext_lazy("Only for this order."))

    def of_state(self, rows: "QuerySet[Benefit]", _name: str, value: str) -> "QuerySet[Benefit]":
        return rows.filter(acknowledged_at__isnull=value == BenefitState.PENDING)


class Benefits(ApiView):
    @describe(
        answer=BenefitAnswer, page=True, parameters=BenefitFilter.parameters(), tags=TAGS, operation_id="benefits_list"
    )
    def get(self, request: Request) -> Response:
        """Points and coupons that refunds move, newest first. Carry each out once, by its `key`; then acknowledge."""
        pages = KeysetPagination()
        rows = BenefitFilter.apply(benefits_of_user(caller(request)), request.query_params)
        return pages.get_paginated_response([benefit_json(row) for row in pages.paginate_queryset(rows, request)])


class BenefitAcknowledge(ApiView):
    @describe(answer=BenefitAnswer, verb=True, tags=TAGS, operation_id="benefits_acknowledge")
    def post(self, request: Request, pk: int) -> Response:
        """The shop's system (or a manager) has carried it out. Said again, nothing changes."""
        benefit, actor = benefit_for(caller(request), pk)
        return Response(benefit_json(acknowledge_benefit(benefit, actor=actor, now=timezone.now())))
