from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.fields import TextField


class TokenInput(serializers.Serializer):
    username = TextField(max_length=150)
    password = TextField(max_length=128, trim_whitespace=False, write_only=True)


class AcceptInput(serializers.Serializer):
    role = TextField(
        max_length=16, required=False, help_text=_("The role you saw. If it has changed since, your answer is refused.")
    )
