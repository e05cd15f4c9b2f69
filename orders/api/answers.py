"""What goes out, for the schema. The answers themselves are built by `representation`."""

from rest_framework import serializers

from kernel.actors import KINDS
from web.fields import MoneyField

from ..machine import AftersalesState, Fulfilment, Status
from ..models.note import Flag
from ..models.payment import Purpose


class LineAnswer(serializers.Serializer):
    line_id = serializers.IntegerField()
    sku = serializers.CharField()
    title = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    image_url = serializers.CharField(allow_blank=True)
    unit_price = MoneyField()
    quantity = serializers.IntegerField()
    discount = MoneyField()
    discount_share = MoneyField()
    points_share = MoneyField()
    points = serializers.IntegerField()
    paid_amount = MoneyField()
    refunded_amount = MoneyField()
    shipped_quantity = serializers.IntegerField()
    refunded_quantity = serializers.IntegerField()
    open_quantity = serializers.IntegerField()
    to_ship = serializers.IntegerField()
    virtual = serializers.BooleanField()
    exchange_excluded = serializers.BooleanField()
    no_reason_exempt = serializers.BooleanField()
    exempt_confirmed = serializers.BooleanField()
    warranty_days = serializers.IntegerField()


class PaymentAnswer(serializers.Serializer):
    channel = serializers.CharField()
    transaction_no = serializers.CharField()
    amount = MoneyField()
    refunded = MoneyField()
    paid_at = serializers.DateTimeField()
    purpose = serializers.ChoiceField(choices=Purpose.values)


class PersonAnswer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=KINDS)
    name = serializers.CharField()


class NoteAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    flag = serializers.ChoiceField(choices=Flag.values)
    flag_label = serializers.CharField()
    author = PersonAnswer()
    at = serializers.DateTimeField()


class MoveAnswer(serializers.Serializer):
    at = serializers.DateTimeField()
    actor = PersonAnswer()
    action = serializers.CharField()
    to = serializers.CharField()
    note = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a word of Python.
        return {**super().get_fields(), "from": serializers.CharField(allow_blank=True)}


class ReceiverAnswer(serializers.Serializer):
    name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class OrderSummaryAnswer(serializers.Serializer):
    order_no = serializers.CharField()
    shop = serializers.CharField()
    shop_name = serializers.CharField()
    buyer = serializers.CharField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    status_label = serializers.CharField()
    fulfilment = serializers.ChoiceField(choices=Fulfilment.values)
    fulfilment_label = serializers.CharField()
    aftersales_state = serializers.ChoiceField(choices=AftersalesState.values)
    aftersales_state_label = serializers.CharField()
    freight = MoneyField()
    discount = MoneyField()
    points_deduction = MoneyField()
    points_used = serializers.IntegerField()
    coupons = serializers.ListField(child=serializers.CharField())
    amount = MoneyField()
    refunded_amount = MoneyField()
    receiver = ReceiverAnswer()
    lines = LineAnswer(many=True)
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    close_reason = serializers.CharField(allow_blank=True)
    receipt_due_at = serializers.DateTimeField(allow_null=True)
    window_ends_at = serializers.DateTimeField(allow_null=True)
    window_open = serializers.BooleanField()
    allowed_actions = serializers.ListField(child=serializers.CharField())


class OrderAnswer(OrderSummaryAnswer):
    payments = PaymentAnswer(many=True)
    notes = serializers.IntegerField(help_text="How many remarks there are.")
    timeline = MoveAnswer(many=True)
    parcels = serializers.ListField(child=serializers.DictField())


class SkuAnswer(serializers.Serializer):
    sku = serializers.CharField()
    shop = serializers.CharField()
    title = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    price = MoneyField()
    image_url = serializers.CharField(allow_blank=True)
    virtual = serializers.BooleanField()
    exchange_excluded = serializers.BooleanField()
    no_reason_exempt = serializers.BooleanField()
    warranty_days = serializers.IntegerField()


class StockAnswer(serializers.Serializer):
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
