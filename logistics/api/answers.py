"""The shapes of answers about parcels and addresses; `representation` builds them."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, OneOf

from ..machine import Status
from ..models import Parcel
from ..pickups.machine import Status as PickupStatus


class EventAnswer(TypedDict):
    at: Moment
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    text: str


class ParcelAnswer(TypedDict):
    id: int
    kind: Annotated[str, OneOf(Parcel.Kind.values)]
    kind_label: str
    courier: str
    courier_label: str
    tracking_no: str
    status: Annotated[str, OneOf(Status.values)]
    status_label: str
    silent_since: Annotated[
        Moment | None, "An `exception` that no courier told: the courier was asked, and has told nothing new since."
    ]
    sent_at: Moment
    delivered_at: Moment | None
    counted_at: Annotated[Moment | None, "Came back undelivered: when its goods were counted and put on the shelf."]
    replaces: int | None
    events: list[EventAnswer]


class PickupAnswer(TypedDict):
    """A courier who comes to the buyer. The shop pays."""

    pickup_no: str
    status: Annotated[str, OneOf(PickupStatus.values)]
    status_label: str
    courier: str
    courier_label: str
    starts_at: Moment
    ends_at: Moment
    address: Annotated[str, "Where the courier comes to; masked for others than the buyer."]
    person_name: Annotated[str, "Who comes; empty until the courier says so."]
    person_phone: str
    tracking_no: Annotated[str, "By which the goods travel once they are collected; empty until it is known."]
    cancelling: Annotated[bool, "The buyer took it back, and the courier has not confirmed that yet."]
    too_late_to_cancel: Annotated[bool, "The buyer took it back, and the courier comes all the same."]
    reason: Annotated[str, "Why it ended without a collection, in words; empty otherwise."]


class LikelyCourierAnswer(TypedDict):
    courier: Annotated[str, "As `courier` of a parcel."]
    courier_label: str


class LikelyAnswer(TypedDict):
    """Whose a tracking number may be: a proposal, for a person to agree to."""

    tracking_no: str
    couriers: Annotated[list[LikelyCourierAnswer], "Likeliest first. Empty: nobody knows, or nobody answered."]
    by_look: Annotated[bool, "The number looks like this courier's, and no service was asked."]


class ParcelLineAnswer(TypedDict):
    line_id: int
    sku: Annotated[str, "What is inside; of a replacement what was sent instead."]
    quantity: int


class ParcelOfOrder(ParcelAnswer):
    """A parcel in the answer of its order: with what is in it."""

    lines: list[ParcelLineAnswer]


class ReturnAddressAnswer(TypedDict):
    id: int
    shop: str
    name: str
    phone: str
    address: str
    is_default: bool
    active: bool
