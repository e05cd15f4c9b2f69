"""What goes out, for the schema. The answers themselves are built by `representation`."""

from rest_framework import serializers

from kernel.actors import INTEGRATION, KINDS
from logistics.api.serializers import ParcelAnswer
from orders.api.answers import MoveAnswer
from refunds.machine import Status as RefundStatus
from web.fields import MoneyField

from ..models import Evidence, TicketRefund
from ..models.message import AUTHORS
from ..states import STAGES, Due, Fault, Phase, Status, Type
from .serializers import PAYERS

OUTWARD_KINDS = [kind for kind in KINDS if kind != INTEGRATION]


class SummaryAnswer(serializers.Serializer):
    stages = serializers.DictField(child=serializers.IntegerField(), help_text="By the tabs of the list.")
    overdue = serializers.IntegerField()


class ReasonAnswer(serializers.Serializer):
    type = serializers.ChoiceField(choices=Type.values)
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    fault = serializers.ChoiceField(choices=Fault.values)
    evidence_required = serializers.BooleanField()


class OptionAnswer(serializers.Serializer):
    type = serializers.ChoiceField(choices=Type.values)
    type_label = serializers.CharField()
    sentence = serializers.CharField(help_text="What the type means for these goods.")
    eligible = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Codes of what speaks against it.")
    reason_texts = serializers.ListField(child=serializers.CharField(), help_text="The same as sentences.")
    claim_up_to = MoneyField(help_text="The most that `claimed_amount` may be; 0.00: none is taken.")


class LineOptionsAnswer(serializers.Serializer):
    line_id = serializers.IntegerField()
    types = serializers.ListField(child=serializers.ChoiceField(choices=Type.values), help_text="What is possible.")
    most_units = serializers.DictField(child=serializers.IntegerField(), help_text="By each of these types.")


class OptionsAnswer(serializers.Serializer):
    types = OptionAnswer(many=True)
    lines = LineOptionsAnswer(many=True)


class QuoteLineAnswer(serializers.Serializer):
    line_id = serializers.IntegerField()
    quantity = serializers.IntegerField()
    amount = MoneyField()


class InKindAnswer(serializers.Serializer):
    points = serializers.IntegerField()
    coupons = serializers.ListField(child=serializers.CharField())


class TenderAnswer(serializers.Serializer):
    channel = serializers.CharField()
    amount = MoneyField()


class QuoteAnswer(serializers.Serializer):
    lines = QuoteLineAnswer(many=True)
    goods_amount = MoneyField()
    freight_amount = MoneyField()
    price_difference = serializers.DecimalField(max_digits=24, decimal_places=2, help_text="Below zero: refunded.")
    service_fee = MoneyField()
    returned_in_kind = InKindAnswer()
    total = MoneyField()
    tenders = TenderAnswer(many=True)
    eligible = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Codes of what speaks against it.")


class TicketShopAnswer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    contact_name = serializers.CharField(allow_blank=True)
    contact_phone = serializers.CharField(allow_blank=True)


class ReasonOfTicketAnswer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class TicketLineAnswer(serializers.Serializer):
    line_id = serializers.IntegerField()
    sku = serializers.CharField()
    title = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    image_url = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    refund_amount = MoneyField(allow_null=True)
    exchange_sku = serializers.CharField(allow_null=True)
    received_quantity = serializers.IntegerField(allow_null=True)


class TicketSummaryAnswer(serializers.Serializer):
    """Amounts are null where the type pays no money."""

    ticket_no = serializers.CharField()
    order_no = serializers.CharField()
    shop = TicketShopAnswer()
    buyer = serializers.CharField()
    currency = serializers.CharField()
    type = serializers.ChoiceField(choices=Type.values)
    type_label = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    status_label = serializers.CharField()
    stage = serializers.ChoiceField(choices=list(STAGES))
    phase = serializers.ChoiceField(choices=Phase.values)
    phase_label = serializers.CharField()
    reason = ReasonOfTicketAnswer()
    lines = TicketLineAnswer(many=True)
    requested_amount = MoneyField(allow_null=True)
    approved_amount = MoneyField(allow_null=True)
    refunded_amount = MoneyField(allow_null=True)
    price_difference = serializers.DecimalField(max_digits=24, decimal_places=2)
    due_at = serializers.DateTimeField(allow_null=True)
    due_action = serializers.ChoiceField(choices=Due.values, allow_null=True)
    due_action_label = serializers.CharField(allow_null=True)
    overdue = serializers.BooleanField()
    overdue_since = serializers.DateTimeField(allow_null=True)
    awaits_answer = serializers.BooleanField(help_text="The buyer has written, and the shop has not answered yet.")
    alerts = serializers.ListField(child=serializers.CharField(), help_text="Empty for buyers.")
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="What the caller may do now.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ReturnFreightAnswer(serializers.Serializer):
    payer = serializers.ChoiceField(choices=PAYERS)
    amount = MoneyField()


class AddressCopyAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


class EvidenceAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Evidence.Kind.values)
    kind_label = serializers.CharField()
    media_type = serializers.CharField()
    url = serializers.CharField()
    thumbnail_url = serializers.CharField(allow_null=True, help_text="Null for a video.")
    created_at = serializers.DateTimeField()


class AuthorAnswer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=AUTHORS)
    name = serializers.CharField()


class MessageAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    author = AuthorAnswer()
    text = serializers.CharField(allow_blank=True)
    evidence = EvidenceAnswer(many=True)


class StepAnswer(serializers.Serializer):
    status = serializers.ChoiceField(choices=Status.values)
    label = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=("done", "current", "todo"))


class WhoAnswer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=OUTWARD_KINDS)
    name = serializers.CharField()


class TicketMoveAnswer(MoveAnswer):
    actor = WhoAnswer()  # type: ignore[assignment]


class RefundOfTicketAnswer(serializers.Serializer):
    refund_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=TicketRefund.Kind.values)
    status = serializers.ChoiceField(choices=RefundStatus.values)
    status_label = serializers.CharField()
    amount = MoneyField()
    channel = serializers.CharField()
    channel_label = serializers.CharField()
    failure_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    expected_at = serializers.DateTimeField(
        allow_null=True, help_text="When the buyer should see the money at the latest; null after a failure."
    )
    expected_text = serializers.CharField(help_text="What to tell the buyer of it.")


class TicketAnswer(TicketSummaryAnswer):
    claimed_amount = MoneyField(allow_null=True)
    service_fee = MoneyField(allow_null=True)
    deduction = MoneyField(allow_null=True)
    freight_amount = MoneyField(allow_null=True)
    return_freight = ReturnFreightAnswer()
    difference_paid = serializers.BooleanField()
    returned_in_kind = InKindAnswer()
    description = serializers.CharField(allow_blank=True)
    received = serializers.BooleanField()
    returnless = serializers.BooleanField(help_text="The goods stay with the buyer.")
    advance_exchange = serializers.BooleanField()
    rejection_reason = serializers.CharField(allow_blank=True)
    rejection_ground = serializers.CharField(allow_blank=True)
    return_address = AddressCopyAnswer(allow_null=True)
    applied_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    return_parcel = ParcelAnswer(allow_null=True)
    replacement_parcel = ParcelAnswer(allow_null=True)
    send_back_parcel = ParcelAnswer(allow_null=True)
    evidence = EvidenceAnswer(many=True)
    ceiling = MoneyField(allow_null=True, help_text="For merchant and support while undecided: the most to approve.")
    steps = StepAnswer(many=True)
    timeline = TicketMoveAnswer(many=True)
    refunds = RefundOfTicketAnswer(many=True)
    dispute = serializers.DictField(allow_null=True)
