"""What comes in. What goes out is in `answers`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from web.fields import ChoiceField, CodeField, FlagField, NumberField, OptionalDateTime, TextField

from ..machine import Status

INTEGER = 2**31 - 1
BIG_INTEGER = 2**63 - 1


def _is_integer(value: Any, maximum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= maximum


_LINE_ID = {"type": "integer", "minimum": 1}
_LINE = {
    "type": "object",
    "required": ["line_id"],
    "properties": {"line_id": _LINE_ID, "quantity": {"type": "integer", "minimum": 1}},
}


@extend_schema_field({"oneOf": [_LINE_ID, _LINE]})
class ShipLineField(serializers.Field):
    """`{"line_id": 1, "quantity": 2}`, or just the id for all that may leave of the line."""

    default_error_messages = {"invalid": _("Enter line ids, or line_id and quantity, as whole numbers above zero.")}

    def to_internal_value(self, data: Any) -> int | dict[str, int]:
        values = data if isinstance(data, dict) else {"line_id": data}
        quantity = values.get("quantity", 1)
        if not _is_integer(values.get("line_id"), BIG_INTEGER) or not _is_integer(quantity, INTEGER):
            self.fail("invalid")
        return {name: values[name] for name in ("line_id", "quantity") if name in values}


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 64}, {"type": "integer"}]})
class ParcelRefField(serializers.Field):
    """A parcel by its tracking number (text) or its id (number)."""

    default_error_messages = {"invalid": _("Enter the parcel's tracking number or id.")}

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, str) and len(data) <= 64 and data.isprintable():
            return data
        if not _is_integer(data, BIG_INTEGER):
            self.fail("invalid")
        return int(data)


class ShipInput(serializers.Serializer):
    courier = CodeField(max_length=64, required=False, allow_blank=True, default="")
    tracking_no = NumberField(max_length=64, required=False, allow_blank=True, default="")
    lines = serializers.ListField(
        child=ShipLineField(), max_length=2000, required=False, allow_null=True, default=None,
        help_text=_("Part of the order. Leave out to ship everything that can ship."),
    )  # fmt: skip
    replaces = ParcelRefField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Resends a parcel that didn't arrive (S-094)."),
    )


class ParcelEventInput(serializers.Serializer):
    status = ChoiceField(choices=Status.choices)
    at = OptionalDateTime()
    text = TextField(max_length=400, required=False, allow_blank=True, default="")


class ReturnAddressInput(serializers.Serializer):
    shop = CodeField(max_length=40, required=False, help_text=_("The shop's code, unless you pass `?shop=`."))
    name = TextField(max_length=120)
    phone = TextField(max_length=40)
    address = TextField(max_length=400)
    is_default = FlagField(required=False, default=False)
