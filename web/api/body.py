"""The body of a request, validated."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

# What a serializer has validated: the keyword arguments of a service, as a rule.
Body = dict[str, Any]


def parsed(form: type[serializers.Serializer], request: Request) -> Body:
    """400 with the fields that are wrong."""
    filled = form(data=request.data)
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)
