"""The body of a request, validated."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from kernel.errors import Invalid

from ..fields import MORE_DECIMALS, has_more_decimals

# What a serializer has validated: the keyword arguments of a service, as a rule.
Body = dict[str, Any]


def parsed(form: type[serializers.Serializer], request: Request, *, currency: str = "") -> Body:
    """400 with the fields that are wrong. `currency`: of the amounts in it, where it is known."""
    filled = form(data=request.data, context={"currency": currency})
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


def check_decimals(request: Request, currency: str, *names: str) -> None:
    """For amounts whose currency is known only once the body was read: 400 where one of these has more decimals."""
    data = request.data if isinstance(request.data, dict) else {}  # a list: refused by `parsed` already
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and has_more_decimals(value, currency):
            raise Invalid(errors={name: [MORE_DECIMALS.format(currency=currency)]})
