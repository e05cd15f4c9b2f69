"""The shape of an answer, described once: a TypedDict that a plain function builds and the schema is made from.

DRF serializers would take most of the time of a list to render (docs/performance.md), so answers are plain
dictionaries. mypy holds the function that builds one to its shape, and drf-spectacular describes the serializer that
`serializer_of` makes from the same shape: nothing is written twice.
"""

import types
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
    overload,
)

from django.utils import timezone
from rest_framework import serializers

from kernel.money import places

from ..fields import MoneyField


class OneOf:
    """The values that a text can have: `Annotated[str, OneOf(Status.values)]`. `blank`: or none of them, ""."""

    def __init__(self, values: Iterable[str], *, blank: bool = False) -> None:
        self.values, self.blank = tuple(values), blank


class Decimals(serializers.DecimalField):
    """An amount that may be below zero."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=24, decimal_places=2, **options)


# What a text in an answer is. A string in `Annotated` describes the field.
Money = Annotated[str, MoneyField]
SignedMoney = Annotated[str, Decimals]
Moment = Annotated[str, serializers.DateTimeField]
Uuid = Annotated[str, serializers.UUIDField]

_FIELDS: dict[Any, type[serializers.Field]] = {
    str: serializers.CharField,
    int: serializers.IntegerField,
    bool: serializers.BooleanField,
}


# Describes `shape` for the schema; never renders. A comment, because a docstring would be the description of every
# answer without one. The fields are made when they are asked for: names such as `from`, `label` and `errors` cannot
# be attributes of a serializer.
class _Described(serializers.Serializer):
    shape: Any

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: field_of(hint) for name, hint in get_type_hints(self.shape, include_extras=True).items()}


# One class a shape: drf-spectacular takes two classes of one name for a conflict.
@cache
def serializer_of(shape: Any) -> type[serializers.Serializer]:
    """The serializer class that describes a TypedDict. The name of the shape is the name of the component."""
    return type(shape.__name__, (_Described,), {"shape": shape, "__doc__": shape.__doc__ or ""})


def described(answer: Any) -> Any:
    """A shape, or a list of a shape, as drf-spectacular takes it; anything else as it is."""
    if get_origin(answer) is list:
        return serializer_of(get_args(answer)[0])(many=True)
    return serializer_of(answer) if is_typeddict(answer) else answer


Options = dict[str, Any]


def field_of(hint: Any, **options: Any) -> serializers.Field:
    """The field for one type of a shape: `Annotated`, `X | None`, lists, mappings and other shapes included."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Required, NotRequired):
        return field_of(arguments[0], required=origin is Required, **options)
    if origin in (Union, types.UnionType):
        return field_of(next(each for each in arguments if each is not types.NoneType), allow_null=True, **options)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], options)
    if is_typeddict(hint):
        return serializer_of(hint)(**options)
    if origin is list:
        return _list_of(arguments[0], options)
    if origin in (dict, Mapping):
        return _mapping_of(arguments[1], options)
    return _FIELDS[hint](**options)


def _annotated(hint: Any, details: tuple[Any, ...], options: Options) -> serializers.Field:
    kind: Any = None
    for detail in details:
        if isinstance(detail, str):
            options["help_text"] = detail
        else:
            kind = detail
    if isinstance(kind, OneOf):
        nullable = types.NoneType in get_args(hint)
        return serializers.ChoiceField(choices=kind.values, allow_blank=kind.blank, allow_null=nullable, **options)
    if kind is None:
        return field_of(hint, **options)
    field: serializers.Field = kind(**options)
    return field


def _list_of(hint: Any, options: Mapping[str, Any]) -> serializers.Field:
    if is_typeddict(hint):
        return serializer_of(hint)(many=True, **options)
    return serializers.ListField(child=field_of(hint), **options)


def _mapping_of(hint: Any, options: Mapping[str, Any]) -> serializers.Field:
    # `object`: any JSON, as DRF describes it without a child.
    return (
        serializers.DictField(**options) if hint is object else serializers.DictField(child=field_of(hint), **options)
    )


# --- values ----------------------------------------------------------------------------------------------


@overload
def when(at: datetime) -> str: ...
@overload
def when(at: None) -> None: ...
@overload
def when(at: datetime | None) -> str | None: ...
def when(at: datetime | None) -> str | None:
    """ISO 8601 with the offset of the site's time zone."""
    return timezone.localtime(at).isoformat() if at else None


def money(amount: Decimal, currency: str) -> str:
    """With the decimals of the currency (contract §4)."""
    return f"{amount:.{places(currency)}f}"
