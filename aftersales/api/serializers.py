"""What comes in. Bounds are those of the columns; what the values mean is for the services."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.api.body import Body
from web.fields import (
    ChoiceField,
    CodeField,
    CountField,
    FlagField,
    MoneyField,
    NumberField,
    OptionalDateTime,
    TextField,
    check_moment,
)

from ..models import Evidence
from ..models.extra_goods import CONDITIONS
from ..models.message import MAX_TEXT
from ..models.ticket_line import Condition
from ..rules.application import Application, LineRequest
from ..states import MONEY_TYPES, NOTE, SETTLEMENT, FreightPayer, InKind, RejectionGround, Type

# Above this PostgreSQL raises an error where it should find nothing: 400 instead of 500.
ID = 2**63 - 1
MAX_UNITS = 10**9
# These bound the work of one request.
MAX_LINES = 200
MAX_FILES = 50
# An empty parcel is refused by its count.
GROUNDS = [ground for ground in RejectionGround.values if ground != RejectionGround.NOTHING_ARRIVED]


def above_zero(amount: Decimal) -> None:
    # A claim of nothing would reserve nothing and still need a decision.
    if amount <= 0:
        raise serializers.ValidationError(_("Enter an amount above zero."))


def optional_text(max_length: int, **options: Any) -> TextField:
    return TextField(max_length=max_length, required=False, allow_blank=True, **options)


def files(help_text: Any = None) -> serializers.ListField:
    child = serializers.UUIDField()
    return serializers.ListField(child=child, max_length=MAX_FILES, required=False, help_text=help_text)


def settlements() -> serializers.ListField:
    return serializers.ListField(
        child=NumberField(max_length=64), max_length=MAX_LINES, required=False,
        help_text=_("The numbers of the refunds and payables that are meant. Without it all of them are."),
    )  # fmt: skip


class LineRequestInput(serializers.Serializer):
    line_id = CountField(min_value=1, max_value=ID)
    quantity = CountField(min_value=1, max_value=MAX_UNITS)
    exchange_sku = CodeField(max_length=64, required=False, allow_blank=True, allow_null=True)


class AmendInput(serializers.Serializer):
    type = ChoiceField(choices=Type.values)
    reason = CodeField(max_length=40)
    description = optional_text(2000)
    lines = serializers.ListField(child=LineRequestInput(), min_length=1, max_length=MAX_LINES)
    claimed_amount = MoneyField(required=False, allow_null=True, validators=[above_zero])
    received = FlagField(required=False, allow_null=True)
    evidence = files()
    sub_reason = CodeField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text=_("A more specific form of the reason; see `reasons/`."),
    )


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
        sub_reason=data.get("sub_reason") or "",
    )


class DecisionInput(serializers.Serializer):
    version = CountField(
        max_value=ID,
        required=False,
        help_text=_("The version you looked at. If the ticket has changed since, you get a conflict."),
    )


class ApproveInput(DecisionInput):
    refund_amount = MoneyField(
        required=False, help_text=_("Includes outbound shipping. Defaults to the requested amount.")
    )
    refund_amount_consent = FlagField(required=False)
    service_fee = MoneyField(required=False)
    service_fee_consent = FlagField(required=False)
    return_address_id = CountField(min_value=1, max_value=ID, required=False)
    return_freight_payer = ChoiceField(choices=FreightPayer.values, required=False)
    returnless = FlagField(required=False)
    confirm_alerts = FlagField(required=False)
    note = optional_text(1000)


class RejectInput(DecisionInput):
    reason = TextField(max_length=500)
    ground = ChoiceField(choices=GROUNDS, required=False, allow_blank=True)
    evidence = files()
    courier = optional_text(
        64, help_text=_("With already_shipped, for goods that haven't left yet: they are shipped with this.")
    )
    tracking_no = NumberField(max_length=64, required=False, allow_blank=True)


class WaybillInput(serializers.Serializer):
    courier = TextField(max_length=64)
    tracking_no = NumberField(max_length=64)


class ShipBackInput(WaybillInput):
    freight_paid = MoneyField(required=False, allow_null=True)
    freight_collect = FlagField(
        required=False, help_text=_("The shop pays on delivery. Only for couriers that its policy names.")
    )


class BookPickupInput(serializers.Serializer):
    courier = TextField(max_length=64, help_text=_("One of those that `pickup-options/` names."))
    date = serializers.DateField(validators=[check_moment], help_text=_("Today, tomorrow or the day after."))
    slot = TextField(max_length=40, help_text=_("An hour or more between 08:00 and 21:00, such as 09:00-11:00."))
    address = optional_text(400, help_text=_("Where to come. If left out, where the order was delivered."))
    name = optional_text(120)
    phone = optional_text(40)


class CountedInput(serializers.Serializer):
    line_id = CountField(min_value=1, max_value=ID)
    quantity = CountField(max_value=MAX_UNITS)
    condition = ChoiceField(choices=Condition.values)


class ExtraInput(serializers.Serializer):
    line_id = CountField(
        min_value=1, max_value=ID, required=False, help_text=_("More units of a line of the order than announced.")
    )
    sku = optional_text(64, default="", help_text=_("Other goods of the shop; leave both out where it's unknown."))
    quantity = CountField(min_value=1, max_value=MAX_UNITS)
    condition = ChoiceField(choices=[code for code, _label in CONDITIONS])

    def validate(self, attrs: Body) -> Body:
        if attrs.get("line_id") and attrs.get("sku"):
            raise serializers.ValidationError({"sku": [_("Name either line_id or sku.")]})
        return attrs


def counted(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=CountedInput(), min_length=1, max_length=MAX_LINES * len(Condition), **options)


class ReceiveInput(DecisionInput):
    units = counted()
    extras = serializers.ListField(
        child=ExtraInput(), required=False, max_length=MAX_LINES, help_text=_("Goods that nobody announced.")
    )
    note = optional_text(1000)
    deduction = MoneyField(required=False)
    deduction_consent = FlagField(required=False)


class OfferInput(DecisionInput):
    type = ChoiceField(choices=[*sorted(MONEY_TYPES), *InKind.values], required=False)
    amount = MoneyField(
        required=False,
        help_text=_("Before the fee, including outbound shipping. Defaults to the most that can be paid."),
    )
    service_fee = MoneyField(required=False)
    note = TextField(max_length=1000)
    what = optional_text(200, default="", help_text=_("For a voucher or gift: what it is. `amount` is its cost."))
    code = optional_text(64, default="", help_text=_("For a voucher. If left out, it's handed over later."))
    valid_until = serializers.DateField(
        required=False, allow_null=True, validators=[check_moment], help_text=_("The last day a voucher is valid.")
    )
    units = counted(required=False)
    return_address_id = CountField(min_value=1, max_value=ID, required=False)
    return_freight_payer = ChoiceField(choices=FreightPayer.values, required=False)
    returnless = FlagField(required=False)


class HandOverGiftInput(serializers.Serializer):
    code = optional_text(64, default="", help_text=_("For a voucher."))
    note = optional_text(1000)


class AgreeOnDeliveryInput(serializers.Serializer):
    note = TextField(max_length=1000, help_text=_("What was agreed. The buyer can read it."))


class AnswerOfferInput(serializers.Serializer):
    offer = CountField(min_value=1, max_value=ID)


class AcceptOfferInput(DecisionInput, AnswerOfferInput):
    pass


class ObjectInput(serializers.Serializer):
    note = TextField(max_length=1000)
    about = ChoiceField(
        choices=[SETTLEMENT, NOTE], required=False,
        help_text=_("If both are possible and this is left out, the manual settlement is meant."),
    )  # fmt: skip
    settlements = settlements()


class RuleSettlementInput(serializers.Serializer):
    note = TextField(max_length=1000)
    void = FlagField(help_text=_("true: nothing arrived and the money is owed again; false: the settlement stands."))
    settlements = settlements()


class RuleObjectionInput(DecisionInput):
    note = TextField(max_length=1000)
    pay = FlagField(help_text=_("true: what was withheld is paid; false: the objection is closed."))


class RefuseGoodsInput(DecisionInput):
    reason = TextField(max_length=500)
    evidence = files()


class ReshipInput(DecisionInput):
    courier = optional_text(64, default="", help_text=_("Can be left out if all goods are virtual."))
    tracking_no = NumberField(max_length=64, required=False, allow_blank=True, default="")
    advance = FlagField(required=False, help_text=_("Sends it before the goods are back. Needs a note."))
    note = optional_text(1000)


class NotArrivedInput(serializers.Serializer):
    note = optional_text(1000)


class ProveArrivalInput(serializers.Serializer):
    evidence = files()
    note = optional_text(1000)


class DeliverInput(serializers.Serializer):
    delivered_at = OptionalDateTime()
    proof = serializers.UUIDField(required=False, help_text=_("The `id` of an upload. The buyer can read it."))


class ConvertInput(DecisionInput):
    to = ChoiceField(choices=sorted(MONEY_TYPES))
    note = optional_text(1000)


class HandOverInput(serializers.Serializer):
    to = TextField(max_length=150, help_text=_("The user name of a manager or agent of the same shop."))
    note = TextField(max_length=1000)


class EndorseInput(DecisionInput):
    amount = MoneyField(validators=[above_zero], help_text=_("The most you agree to, in money and goods."))
    note = optional_text(500)


class ReopenInput(serializers.Serializer):
    reason = TextField(max_length=500)


def _message(**options: Any) -> CountField:
    return CountField(min_value=1, max_value=2**63 - 1, **options)


class MessageInput(serializers.Serializer):
    text = optional_text(MAX_TEXT, default="", help_text=_("Can be left out if you send files."))
    evidence = files()
    read_to = _message(required=False, help_text=_("The last message the sender has seen: marks the conversation."))


class ReadInput(serializers.Serializer):
    message_id = _message(help_text=_("The last message that was seen. What arrived after it stays unread."))


class EvidenceInput(serializers.Serializer):
    file = serializers.FileField(help_text=_("JPEG, PNG or WebP up to 8 MB; MP4 up to 50 MB if the shop allows it."))
    kind = ChoiceField(choices=Evidence.Kind.values, default=Evidence.Kind.PHOTO)
    shop = CodeField(max_length=40, required=False, allow_blank=True, help_text=_("For a video: which shop it's for."))
    order_no = TextField(
        max_length=64, required=False, allow_blank=True, help_text=_("For a video: which order it's for.")
    )
