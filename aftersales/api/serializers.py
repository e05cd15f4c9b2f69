"""What comes in. Bounds are those of the columns; what the values mean is for the services."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.api.body import Body
from web.fields import CodeField, CountField, FlagField, MoneyField, TextField

from ..models import Evidence
from ..models.message import MAX_TEXT
from ..models.ticket_line import Condition
from ..rules.application import Application, LineRequest
from ..states import MONEY_TYPES, FreightPayer, RejectionGround, Type

# Above this PostgreSQL raises an error where it should find nothing: 400 instead of 500.
ID = 2**63 - 1
MAX_UNITS = 10**9
# These bound the work of one request.
MAX_LINES = 200
MAX_FILES = 50


def above_zero(amount: Decimal) -> None:
    # A claim of nothing would reserve nothing and still need a decision.
    if amount <= 0:
        raise serializers.ValidationError(_("Give an amount above zero."))


def optional_text(max_length: int, **options: Any) -> TextField:
    return TextField(max_length=max_length, required=False, allow_blank=True, **options)


def files() -> serializers.ListField:
    return serializers.ListField(child=serializers.UUIDField(), max_length=MAX_FILES, required=False)


class LineRequestInput(serializers.Serializer):
    line_id = CountField(min_value=1, max_value=ID)
    quantity = CountField(min_value=1, max_value=MAX_UNITS)
    exchange_sku = CodeField(max_length=64, required=False, allow_blank=True, allow_null=True)


class AmendInput(serializers.Serializer):
    type = serializers.ChoiceField(choices=Type.values)
    reason = CodeField(max_length=40)
    description = optional_text(2000)
    lines = serializers.ListField(child=LineRequestInput(), min_length=1, max_length=MAX_LINES)
    claimed_amount = MoneyField(required=False, allow_null=True, validators=[above_zero])
    received = FlagField(required=False, allow_null=True)
    evidence = files()


class ApplyInput(AmendInput):
    order_no = TextField(max_length=64)


def application(data: Body) -> Application:
    """Validated input as the services take it."""
    return Application(
        type=data["type"],
        reason=data["reason"],
        lines=tuple(
            LineRequest(item["line_id"], item["quantity"], item.get("exchange_sku") or "") for item in data["lines"]
        ),
        description=data.get("description", ""),
        claimed_amount=data.get("claimed_amount"),
        received=data.get("received"),
        evidence=tuple(data.get("evidence", ())),
    )


class ApproveInput(serializers.Serializer):
    refund_amount = MoneyField(required=False, help_text=_("With the outbound freight; as requested when left out."))
    refund_amount_consent = FlagField(required=False)
    service_fee = MoneyField(required=False)
    service_fee_consent = FlagField(required=False)
    return_address_id = CountField(min_value=1, max_value=ID, required=False)
    return_freight_payer = serializers.ChoiceField(choices=FreightPayer.values, required=False)
    returnless = FlagField(required=False)
    confirm_alerts = FlagField(required=False)
    note = optional_text(1000)


class RejectInput(serializers.Serializer):
    reason = TextField(max_length=500)
    ground = serializers.ChoiceField(choices=RejectionGround.values, required=False, allow_blank=True)


class WaybillInput(serializers.Serializer):
    courier = TextField(max_length=64)
    tracking_no = TextField(max_length=64)


class ShipBackInput(WaybillInput):
    freight_paid = MoneyField(required=False, allow_null=True)


class CountedInput(serializers.Serializer):
    line_id = CountField(min_value=1, max_value=ID)
    quantity = CountField(max_value=MAX_UNITS)
    condition = serializers.ChoiceField(choices=Condition.values)


class ReceiveInput(serializers.Serializer):
    units = serializers.ListField(child=CountedInput(), min_length=1, max_length=MAX_LINES * len(Condition))
    note = optional_text(1000)
    deduction = MoneyField(required=False)
    deduction_consent = FlagField(required=False)


class RefuseGoodsInput(serializers.Serializer):
    reason = TextField(max_length=500)
    evidence = files()


class ReshipInput(serializers.Serializer):
    courier = optional_text(64, default="", help_text=_("Left out where all goods are virtual."))
    tracking_no = optional_text(64, default="")
    advance = FlagField(required=False, help_text=_("Before the goods are back; needs a note."))
    note = optional_text(1000)


class ConvertInput(serializers.Serializer):
    to = serializers.ChoiceField(choices=sorted(MONEY_TYPES))
    note = optional_text(1000)


class ReopenInput(serializers.Serializer):
    reason = TextField(max_length=500)


class MessageInput(serializers.Serializer):
    text = optional_text(MAX_TEXT, default="", help_text=_("May be left out where files are sent."))
    evidence = files()


class EvidenceInput(serializers.Serializer):
    file = serializers.FileField(
        help_text=_("JPEG, PNG or WebP up to 8 MiB; MP4 up to 50 MiB where the shop allows it.")
    )
    kind = serializers.ChoiceField(choices=Evidence.Kind.values, default=Evidence.Kind.PHOTO)
    shop = CodeField(max_length=40, required=False, allow_blank=True, help_text=_("For a video: the shop it is for."))
    order_no = TextField(
        max_length=64, required=False, allow_blank=True, help_text=_("For a video: the order it is for.")
    )
