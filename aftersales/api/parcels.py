"""Counting a parcel that came back undelivered. Its endpoint is here, because logistics does not know whose the goods
of a replacement are."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from kernel.errors import Forbidden
from kernel.machine import allowed_actors
from logistics.access import parcel_for
from logistics.api.answers import ParcelAnswer
from logistics.api.representation import parcel_json
from logistics.models import Parcel
from logistics.services.count import CONDITIONS
from web.api.body import parsed
from web.fields import ChoiceField, CountField
from web.http import ApiView, Request
from web.schema import body_example, describe

from .. import services
from .serializers import ID, MAX_LINES, MAX_UNITS, optional_text

COUNT = [body_example("all as new", {"units": [{"line_id": 1, "quantity": 2, "condition": "as_new"}]})]


class UndeliveredInput(serializers.Serializer):
    line_id = CountField(min_value=1, max_value=ID)
    quantity = CountField(max_value=MAX_UNITS)
    condition = ChoiceField(choices=CONDITIONS)


class CountInput(serializers.Serializer):
    units = serializers.ListField(child=UndeliveredInput(), min_length=1, max_length=MAX_LINES * len(CONDITIONS))
    note = optional_text(1000)


class ParcelCount(ApiView):
    @describe(
        request=CountInput, answer=ParcelAnswer, verb=True, tags=["logistics"], operation_id="parcels_count",
        examples=COUNT,
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        """A parcel to the buyer came back undelivered: what can be sold is put on the shelf, once."""
        parcel, actor = parcel_for(request.user, pk)
        if actor.kind not in allowed_actors(Parcel, "count"):
            raise Forbidden()
        data = parsed(CountInput, request)
        return Response(parcel_json(services.count_undelivered(parcel, **data, actor=actor, now=timezone.now())))
