"""What comes in. What goes out is in `answers`."""

from rest_framework import serializers

from web.fields import TextField


class SettleInput(serializers.Serializer):
    proof = TextField(max_length=240, required=False, allow_blank=True, default="")
    note = TextField(max_length=1000, required=False, allow_blank=True, default="")
