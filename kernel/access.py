"""Fetch and authorise in one: what is not yours is not there (404)."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from .errors import NotFound

M = TypeVar("M", bound=Model)


def get_or_not_found(rows: "QuerySet[M]", **key: object) -> M:
    try:
        return rows.get(**key)
    except (ObjectDoesNotExist, ValueError, OverflowError):
        raise NotFound() from None
