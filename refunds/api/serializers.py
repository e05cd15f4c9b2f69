"""What comes in, and for the schema what goes out. The answers themselves are built by `representation`."""

from rest_framework import serializers

from web.fields import MoneyField, TextField

from ..machine import Status


class SettleInput(serializers.Serializer):
    proof = TextField(max_length=240, required=False, allow_blank=True, default="")
    note = TextField(max_length=1000, required=False, allow_blank=True, default="")


class RefundAnswer(serializers.Serializer):
    refund_no = serializers.CharField()
    order_no = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    status_label = serializers.CharField()
    amount = MoneyField()
    currency = serializers.CharField()
    channel = serializers.CharField()
    transaction_no = serializers.CharField()
    failure_reason = serializers.CharField(allow_blank=True)
    last_error = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    retry_of = serializers.CharField(allow_null=True)
    proposed = serializers.BooleanField(help_text="One person has proposed a settlement by hand.")
