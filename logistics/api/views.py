"""Parcels and return addresses over HTTP: parse → service → respond."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from kernel.errors import Forbidden, Invalid, NotFound
from kernel.numbers import fault_of, trimmed
from web.api.actions import Action
from web.api.body import parsed
from web.http import ApiView, Request
from web.schema import describe, parameter

from .. import services
from ..access import address_for, addresses_of, parcel_for, shop_for, shops_of
from ..likely import likely
from ..machine import REPORTERS
from . import examples
from .answers import LikelyAnswer, ParcelAnswer, ReturnAddressAnswer
from .representation import address_json, likely_json, parcel_json
from .serializers import ParcelEventInput, ReturnAddressInput, ShipInput

TAGS = ["logistics"]
# The list has no pages. Support sees every shop, so it is cut here.
MAX_ADDRESSES = 500
NUMBER = parameter("tracking_no", gettext_lazy("The number, as it is on the receipt."))
SHOP = parameter("shop", gettext_lazy("The code of the shop."))


# An action of the order; its endpoint is here because orders does not know parcels.
SHIP = Action(
    name="ship",
    service=services.ship,
    description=(
        "Goods leave for the buyer: everything, a part (`lines`), or a parcel once more (`replaces`). "
        "Virtual goods need no waybill."
    ),
    body=ShipInput,
    examples=examples.SHIP,
)


class ParcelDetail(ApiView):
    @describe(answer=ParcelAnswer, tags=TAGS, operation_id="parcels_retrieve")
    def get(self, request: Request, pk: int) -> Response:
        """A parcel with its trace."""
        parcel, _actor = parcel_for(request.user, pk)
        return Response(parcel_json(parcel))


class ParcelEvents(ApiView):
    @describe(
        request=ParcelEventInput,
        answer=ParcelAnswer,
        verb=True,
        tags=TAGS,
        operation_id="parcels_report",
        examples=examples.EVENT,
    )
    def post(self, request: Request, pk: int) -> Response:
        """A scan. Reported twice it counts once; a status that the parcel is past moves nothing."""
        parcel, actor = parcel_for(request.user, pk)
        if actor.kind not in REPORTERS:
            raise Forbidden()
        data = parsed(ParcelEventInput, request)
        return Response(parcel_json(services.report(parcel, **data, actor=actor, now=timezone.now())))


class LikelyCouriers(ApiView):
    @describe(answer=LikelyAnswer, parameters=[NUMBER], tags=TAGS, operation_id="couriers_likely")
    def get(self, request: Request) -> Response:
        """Whose a tracking number may be. By its look at once; of other numbers the tracking service is asked, where it
        is connected: six a minute for each person, and two seconds at most. Without an answer the list is empty."""
        number = trimmed(request.query_params.get("tracking_no", ""))
        fault = fault_of(number) if len(number) <= 64 else _("This number is too long.")
        if fault:
            raise Invalid(errors={"tracking_no": [str(fault)]})
        return Response(likely_json(number, likely(number, user_id=request.user.pk)))


class ReturnAddresses(ApiView):
    @describe(
        answer=list[ReturnAddressAnswer],
        parameters=[SHOP],
        tags=TAGS,
        operation_id="return_addresses_list",
    )
    def get(self, request: Request) -> Response:
        """The addresses in use, the default of each shop first."""
        rows = addresses_of(request.user, request.query_params.get("shop", ""))[:MAX_ADDRESSES]
        return Response([address_json(address) for address in rows])

    @describe(
        request=ReturnAddressInput,
        answer=ReturnAddressAnswer,
        status=201,
        verb=True,
        parameters=[SHOP],
        tags=TAGS,
        operation_id="return_addresses_create",
        examples=examples.ADDRESS,
    )
    def post(self, request: Request) -> Response:
        """A new address, for managers. Tickets that were given an address keep it as it was then."""
        if not shops_of(request.user).exists():
            raise NotFound()
        data = parsed(ReturnAddressInput, request)
        code = request.query_params.get("shop") or data.get("shop")
        if not code:
            raise Invalid(errors={"shop": [_("Say which shop the address belongs to.")]})
        shop, actor = shop_for(request.user, code)
        data.pop("shop", None)
        address = services.add_address(shop, **data, actor=actor)
        return Response(address_json(address), status=201)


class ReturnAddressRetire(ApiView):
    @describe(answer=ReturnAddressAnswer, verb=True, tags=TAGS, operation_id="return_addresses_retire")
    def post(self, request: Request, pk: int) -> Response:
        """Takes an address out of use; tickets that were given it keep their copy."""
        address, actor = address_for(request.user, pk)
        return Response(address_json(services.retire_address(address, actor=actor)))
