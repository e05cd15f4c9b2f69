"""What the buyer types on a ticket's page, read by the API's own serializers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from aftersales.api.serializers import ShipBackInput, optional_text
from kernel.errors import DomainError, Invalid
from logistics.couriers import COURIERS
from web.http import flatten

OTHER = "other"


@dataclass(frozen=True)
class Typed:
    """A form as it was filled in: `values` by field, `errors` by field, `message` for what is no field's fault."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    message: str = ""

    @property
    def texts(self) -> list[str]:
        """What stands above the form."""
        return [self.message] if self.message else [text for texts in self.errors.values() for text in texts]


def refused(values: Mapping[str, Any], error: DomainError) -> Typed:
    """The form again, with what was typed and what is wrong with it."""
    return Typed(values, error.errors or {}, "" if error.errors else error.message)


class Nothing(serializers.Serializer):
    """A yes without a word."""


class ReturnWaybill(ShipBackInput):
    """The service says in one sentence what is missing of the two."""

    courier = optional_text(64, default="")
    tracking_no = optional_text(64, default="")
    other_courier = optional_text(64, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A courier that is not on the list is written out."""
        other = attrs.pop("other_courier", "")
        return attrs | {"courier": other} if attrs["courier"] == OTHER else attrs


def waybill_as_typed(parcel: Mapping[str, str] | None) -> dict[str, str]:
    """What was entered before, to be corrected."""
    if parcel is None:
        return {}
    courier = parcel["courier"]
    known = courier.lower() in COURIERS
    return {
        "courier": courier.lower() if known else OTHER,
        "other_courier": "" if known else courier,
        "tracking_no": parcel["tracking_no"],
    }


def read(form: type[serializers.Serializer], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a posted form; empty fields were left out."""
    given = form(data={name: value for name, value in values.items() if value != ""})
    if not given.is_valid():
        raise Invalid(errors=flatten(given.errors))
    return dict(given.validated_data)
