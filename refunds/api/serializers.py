"""What comes in. What goes out is in `answers`."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.fields import TextField


class SettleInput(serializers.Serializer):
    proof = TextField(max_length=240, required=False, allow_blank=True, default="")
    evidence = serializers.ListField(
        child=serializers.UUIDField(), max_length=9, required=False,
        help_text=_("Your own uploads as proof. The buyer sees them on the ticket."),
    )  # fmt: skip
    note = TextField(max_length=1000, required=False, allow_blank=True, default="")
