"""Setting columns of a ticket by their names."""

from functools import cache
from typing import Any

from django.db import models


class SetsColumns(models.Model):
    class Meta:
        abstract = True

    def set(self, **fields: Any) -> None:
        """TypeError for a name that is no column: a misspelt fact would be lost without a word."""
        if unknown := fields.keys() - _columns(type(self)):
            raise TypeError(f"a ticket has no column {', '.join(sorted(unknown))}")
        for name, value in fields.items():
            setattr(self, name, value)


@cache
def _columns(model: type[models.Model]) -> frozenset[str]:
    """Names and, for foreign keys, those of their columns as well."""
    return frozenset(name for field in model._meta.concrete_fields for name in (field.name, field.attname))
