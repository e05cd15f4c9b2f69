"""Where the caller works, and the answer to an invitation (contract §4)."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from web.http import ApiView
from web.schema import IDEMPOTENCY_KEY, READ, WRITE, describe, refusals

from .. import invitations
from ..access import all_memberships, caller, membership_for
from ..models import Membership
from .answers import MembershipAnswer
from .serializers import AcceptInput


def membership_json(member: Membership) -> MembershipAnswer:
    return {
        "id": member.pk,
        "shop": member.shop.code,
        "shop_name": member.shop.shown_name,
        "role": member.role,
        "role_label": member.get_role_display(),
        "level": member.level,
        "level_label": member.get_level_display(),
        "status": member.state,
        "status_label": member.state_label,
    }


class Memberships(ApiView):
    @describe(answer=list[MembershipAnswer], refuses=READ, tags=["auth"], operation_id="memberships_list")
    def get(self, request: Request) -> Response:
        """The caller's own, invitations too."""
        return Response([membership_json(member) for member in all_memberships(caller(request))])


class Accept(ApiView):
    @describe(request=AcceptInput, answer=MembershipAnswer, verb=True, tags=["auth"])
    def post(self, request: Request, pk: int) -> Response:
        """From now on the membership counts. It ends the tokens of the caller, this one too."""
        form = AcceptInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = caller(request)
        member = membership_for(user, pk)
        return Response(
            membership_json(invitations.accept(member, user=user, now=timezone.now(), **form.validated_data))
        )


class Decline(ApiView):
    @extend_schema(
        request=None, tags=["auth"], parameters=[IDEMPOTENCY_KEY],
        responses={204: OpenApiResponse(description="Declined."), **refusals(WRITE)},
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        """The invitation goes away."""
        user = caller(request)
        invitations.decline(membership_for(user, pk), user=user, now=timezone.now())
        return Response(status=204)
