"""What comes in. Bounds are those of the columns; what the values mean is for the services."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.fields import (
    ChoiceField,
    CodeField,
    CountField,
    CurrencyField,
    FlagField,
    MoneyField,
    NumberField,
    OptionalDateTime,
    TextField,
)

from .. import policy
from ..models import OrderLine, PromotionKind
from ..models.note import Flag
from ..services.notes import MAX_TEXT

INTEGER = 2**31 - 1


def picture_address(value: str) -> None:
    if value and not value.startswith(("https://", "http://", "/")):
        raise serializers.ValidationError(_("Enter an address that starts with https://, http:// or /."))


def optional_text(max_length: int, **options: Any) -> TextField:
    return TextField(max_length=max_length, required=False, allow_blank=True, **options)


class PaymentInput(serializers.Serializer):
    channel = CodeField(max_length=32)
    transaction_no = NumberField(max_length=128)
    amount = MoneyField()
    paid_at = OptionalDateTime()
    shared_total = MoneyField(
        required=False, allow_null=True, help_text=_("The total of the transaction, if it pays for several orders.")
    )


class PromotionInput(serializers.Serializer):
    kind = ChoiceField(choices=PromotionKind.choices)
    code = CodeField(max_length=64)
    threshold = MoneyField(required=False, help_text=_("From this item total, after line discounts."))
    discount = MoneyField(required=False, help_text=_("For `threshold`: its part of the order discount."))
    freight = MoneyField(required=False, help_text=_("For `free_shipping`: the shipping that would have been charged."))
    valid_until = OptionalDateTime(help_text=_("For a coupon. If left out, it never expires."))


class LineInput(serializers.Serializer):
    sku = NumberField(max_length=64, in_address=True)
    title = optional_text(240)
    title_en = optional_text(240, help_text=_("In English, where `title` is in another language."))
    spec = optional_text(240)
    spec_en = optional_text(240)
    category = optional_text(80)
    image_url = optional_text(500, validators=[picture_address])
    unit_price = MoneyField()
    quantity = CountField(min_value=1, max_value=policy.MAX_QUANTITY)
    discount = MoneyField(required=False)
    exempt_confirmed = FlagField(required=False)
    kind = ChoiceField(
        choices=[(kind.value, kind.label) for kind in (OrderLine.Kind.GOODS, OrderLine.Kind.GIFT)],
        required=False,
        help_text=_("A gift is free: its unit price is its marked price, and all of it is its discount."),
    )
    gift_of = CountField(
        min_value=1, max_value=policy.MAX_LINES, required=False, allow_null=True,
        help_text=_("For a gift: the line number (from 1) it came with. If left out, it came with the order."),
    )  # fmt: skip


class ReceiverInput(serializers.Serializer):
    name = optional_text(120)
    phone = optional_text(40)
    address = optional_text(400)


class OrderInput(serializers.Serializer):
    order_no = NumberField(max_length=64, in_address=True)
    shop = CodeField(max_length=40)
    buyer = CodeField(max_length=150)
    currency = CurrencyField(required=False)
    placed_at = OptionalDateTime()
    freight = MoneyField(required=False)
    discount = MoneyField(required=False)
    points_deduction = MoneyField(required=False)
    points_used = CountField(max_value=INTEGER, required=False)
    points_earned = CountField(
        max_value=INTEGER,
        required=False,
        help_text=_("Points earned with the order. They're taken back in proportion to refunds."),
    )
    promotions = serializers.ListField(
        child=PromotionInput(), max_length=policy.MAX_PROMOTIONS, required=False,
        help_text=_("Promotions the order was placed under that a return may affect."),
    )  # fmt: skip
    coupons = serializers.ListField(child=CodeField(max_length=64), max_length=50, required=False)
    lines = serializers.ListField(child=LineInput(), min_length=1, max_length=policy.MAX_LINES)
    payments = serializers.ListField(child=PaymentInput(), max_length=policy.MAX_PAYMENTS, required=False)
    receiver = ReceiverInput(required=False)


class CloseInput(serializers.Serializer):
    reason = optional_text(240)


class ConfirmReceiptInput(serializers.Serializer):
    # A password may begin or end with a blank.
    password = TextField(max_length=128, trim_whitespace=False, write_only=True)


class ExtendReceiptInput(serializers.Serializer):
    days = CountField(min_value=1, max_value=policy.MAX_EXTENSION_DAYS)
    reason = optional_text(400)


class ReopenWindowInput(serializers.Serializer):
    days = CountField(min_value=1, max_value=policy.MAX_REOPEN_DAYS)
    reason = TextField(max_length=400)


class InstallInput(serializers.Serializer):
    installed_at = OptionalDateTime()
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=2000, required=False,
        help_text=_("Some `line_id`s. If left out, all lines with a warranty."),
    )  # fmt: skip


class NoteInput(serializers.Serializer):
    text = TextField(max_length=MAX_TEXT)
    flag = ChoiceField(choices=Flag.choices, default=Flag.NONE)


class SkuInput(serializers.Serializer):
    title = TextField(max_length=240, required=False)
    title_en = optional_text(240, help_text=_("In English, where `title` is in another language."))
    spec = optional_text(240)
    spec_en = optional_text(240)
    category = optional_text(80)
    product = optional_text(240)
    price = MoneyField(required=False)
    currency = CurrencyField(required=False)
    image_url = optional_text(500, validators=[picture_address])
    virtual = FlagField(required=False)
    exchange_excluded = FlagField(required=False)
    no_reason_exempt = FlagField(required=False)
    warranty_days = CountField(max_value=3660, required=False)


class StockInput(serializers.Serializer):
    on_hand = CountField(max_value=INTEGER)
    resellable = CountField(
        max_value=INTEGER, required=False, help_text=_("Marked units, never sold as new. If left out, unchanged.")
    )
