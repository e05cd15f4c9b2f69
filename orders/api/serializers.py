"""What comes in. Bounds are those of the columns; what the values mean is for the services."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.fields import CodeField, CountField, FlagField, MoneyField, OptionalDateTime, TextField

from .. import policy
from ..models.note import Flag
from ..services.notes import MAX_TEXT

INTEGER = 2**31 - 1


def in_an_address(value: str) -> None:
    if "/" in value or value in (".", ".."):
        raise serializers.ValidationError(_("Do not use “/”: this becomes part of an address."))


def picture_address(value: str) -> None:
    if value and not value.startswith(("https://", "http://", "/")):
        raise serializers.ValidationError(_("Give an address that starts with https://, http:// or /."))


def optional_text(max_length: int, **options: Any) -> TextField:
    return TextField(max_length=max_length, required=False, allow_blank=True, **options)


class PaymentInput(serializers.Serializer):
    channel = CodeField(max_length=32)
    transaction_no = CodeField(max_length=128)
    amount = MoneyField()
    paid_at = OptionalDateTime()


class LineInput(serializers.Serializer):
    sku = CodeField(max_length=64, validators=[in_an_address])
    title = optional_text(240)
    spec = optional_text(240)
    category = optional_text(80)
    image_url = optional_text(500, validators=[picture_address])
    unit_price = MoneyField()
    quantity = CountField(min_value=1, max_value=policy.MAX_QUANTITY)
    discount = MoneyField(required=False)
    exempt_confirmed = FlagField(required=False)


class ReceiverInput(serializers.Serializer):
    name = optional_text(120)
    phone = optional_text(40)
    address = optional_text(400)


class OrderInput(serializers.Serializer):
    order_no = CodeField(max_length=64, validators=[in_an_address])
    shop = CodeField(max_length=40)
    buyer = CodeField(max_length=150)
    # \Z, because $ also matches before a line break at the end.
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False)
    placed_at = OptionalDateTime()
    freight = MoneyField(required=False)
    discount = MoneyField(required=False)
    points_deduction = MoneyField(required=False)
    points_used = CountField(max_value=INTEGER, required=False)
    coupons = serializers.ListField(child=CodeField(max_length=64), max_length=50, required=False)
    lines = serializers.ListField(child=LineInput(), min_length=1, max_length=policy.MAX_LINES)
    payments = serializers.ListField(child=PaymentInput(), max_length=policy.MAX_PAYMENTS, required=False)
    receiver = ReceiverInput(required=False)


class CloseInput(serializers.Serializer):
    reason = optional_text(240)


class DeliverInput(serializers.Serializer):
    delivered_at = OptionalDateTime()


class ConfirmReceiptInput(serializers.Serializer):
    # A password may begin or end with a blank.
    password = TextField(max_length=128, trim_whitespace=False, write_only=True)


class ExtendReceiptInput(serializers.Serializer):
    days = CountField(min_value=1, max_value=policy.MAX_EXTENSION_DAYS)
    reason = optional_text(400)


class ReopenWindowInput(serializers.Serializer):
    days = CountField(min_value=1, max_value=policy.MAX_REOPEN_DAYS)
    reason = TextField(max_length=400)


class NoteInput(serializers.Serializer):
    text = TextField(max_length=MAX_TEXT)
    flag = serializers.ChoiceField(choices=Flag.choices, default=Flag.NONE)


class SkuInput(serializers.Serializer):
    title = TextField(max_length=240, required=False)
    spec = optional_text(240)
    category = optional_text(80)
    price = MoneyField(required=False)
    image_url = optional_text(500, validators=[picture_address])
    virtual = FlagField(required=False)
    exchange_excluded = FlagField(required=False)
    no_reason_exempt = FlagField(required=False)
    warranty_days = CountField(max_value=3660, required=False)


class StockInput(serializers.Serializer):
    on_hand = CountField(max_value=INTEGER)
