"""List filters by django-filter, with the errors of the API: 400 `invalid` that names the parameter."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from kernel.errors import Invalid
from kernel.languages import enumerated

from ..schema import parameter

M = TypeVar("M", bound=Model)


class OneOfField(forms.Field):
    def __init__(self, *, choices: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.choices = tuple(choices)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value not in (*self.choices, *self.empty_values):
            raise ValidationError(_("Choose one of: %(all)s.") % {"all": enumerated(self.choices)})


class MomentField(forms.Field):
    """A date or a time. A date means its first moment, or with `end` the first moment of the day after."""

    def __init__(self, *, end: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.end = end

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            at = self._parsed(str(value))
            # At the edge of the calendar the offset of a time zone leads out of it.
            if at and 1990 <= at.year < 2200:
                return timezone.make_aware(at) if timezone.is_naive(at) else at
        except (ValueError, OverflowError):
            pass
        raise ValidationError(_("Enter a date or time like 2026-01-31 or 2026-01-31T10:00:00+08:00."))

    def _parsed(self, value: str) -> datetime | None:
        if ":" in value:
            # An unescaped "+08:00" arrives with a blank.
            return parse_datetime(value.replace(" ", "+") if "T" in value else value)
        day = parse_date(value)
        return datetime.combine(day + timedelta(days=int(self.end)), time.min) if day else None


class OneOf(django_filters.Filter):
    """`choices`: the values that the parameter can have."""

    field_class = OneOfField


class Moment(django_filters.Filter):
    field_class = MomentField


class Text(django_filters.CharFilter):
    """The text as it was sent, blanks included."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, strip=False, **options)


class IsSet(OneOf):
    """Whether the column has a value: `true` or `1`, `false` or `0`."""

    TRUE, FALSE = ("true", "1"), ("false", "0")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, choices=(*self.TRUE, *self.FALSE), **options)

    def filter(self, qs: "QuerySet[M]", value: str) -> "QuerySet[M]":
        return qs.filter(**{f"{self.field_name}__isnull": value in self.FALSE}) if value else qs


class ListFilter(django_filters.FilterSet):
    """Filters of a list by the parameters of the query; an empty parameter counts as left out."""

    @classmethod
    def apply(cls, rows: "QuerySet[M]", query: Mapping[str, str]) -> "QuerySet[M]":
        for name, value in query.items():
            if "\0" in value:
                raise Invalid(errors={name: [_("Remove the NUL character.")]})
        # A set of filters is a form: most lists are asked for without one, and need none to be built.
        values = {name: query[name] for name in cls.base_filters if query.get(name)}
        if not values:
            return rows
        filters = cls(values, queryset=rows)
        if not filters.is_valid():
            raise Invalid(errors={name: [str(text) for text in texts] for name, texts in filters.errors.items()})
        filtered: QuerySet[M] = filters.qs
        return filtered

    @classmethod
    def parameters(cls, *names: str) -> list[OpenApiParameter]:
        """For the schema: all of them, or those named. The description of a filter is its `help_text`."""
        return [
            parameter(name, each.extra["help_text"], enum=each.extra.get("choices"))
            for name, each in cls.base_filters.items()
            if not names or name in names
        ]
