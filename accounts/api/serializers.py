from rest_framework import serializers

from web.fields import TextField


class TokenInput(serializers.Serializer):
    username = TextField(max_length=150)
    password = TextField(max_length=128, trim_whitespace=False, write_only=True)
