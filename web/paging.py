"""Keyset paging: `(field, id)` of the last row is the cursor, so page 500 costs what page 1 costs."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import Invalid

from .fields import in_the_calendar

MAX_PAGE = 100


class KeysetPagination(BasePagination):
    """`field` is a not-null datetime column; ties are broken by id. `?cursor=&page_size=`."""

    page_size = 20
    field = "created_at"
    newest_first = True

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.size = self._size()
        backwards, key = self._cursor()
        descending = self.newest_first != backwards
        if key is not None:
            queryset = queryset.filter(self._after(key, descending))
        sign = "-" if descending else ""
        # One row more than is shown tells whether there is a next page, without a COUNT.
        rows = list(queryset.order_by(f"{sign}{self.field}", f"{sign}id")[: self.size + 1])
        is_more, rows = len(rows) > self.size, rows[: self.size]
        if backwards:
            rows.reverse()
        self.next_link = self._link(rows[-1], False) if rows and (is_more or backwards) else None
        self.previous_link = self._link(rows[0], True) if rows and (is_more if backwards else key) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_link, "previous": self.previous_link, "results": data})

    def _size(self) -> int:
        raw = self.request.query_params.get("page_size", "")
        if not raw:
            return self.page_size
        # Nine digits are enough, and int() raises for a text of some thousands of them.
        if not raw.isascii() or not raw.isdigit() or not int(raw[:9]) > 0:
            raise Invalid(errors={"page_size": [_("Enter a whole number from 1 to 100.")]})
        return min(int(raw[:9]), MAX_PAGE)

    def _after(self, key: tuple[datetime, int], descending: bool) -> Q:
        word = "lt" if descending else "gt"
        value, pk = key
        # The first condition is implied by the second; it is what the index range is read from.
        return Q(**{f"{self.field}__{word}e": value}) & (
            Q(**{f"{self.field}__{word}": value}) | Q(**{f"id__{word}": pk})
        )

    def _cursor(self) -> tuple[bool, tuple[datetime, int] | None]:
        raw = self.request.query_params.get("cursor", "")
        if not raw:
            return False, None
        try:
            backwards, value, pk = json.loads(base64.urlsafe_b64decode(raw.encode()))
            at = parse_datetime(value)
            if at is None or at.tzinfo is None or not in_the_calendar(at) or not 0 <= int(pk) < 2**63:
                raise ValueError
            return bool(backwards), (at, int(pk))
        # RecursionError: JSON that is nested some thousand levels deep.
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
            raise Invalid(errors={"cursor": [_("Use the URL in next or previous as it is.")]}) from None

    def _link(self, row: Any, backwards: bool) -> str:
        key = json.dumps([backwards, getattr(row, self.field).isoformat(), row.pk])
        query = self.request.query_params.dict() | {"cursor": base64.urlsafe_b64encode(key.encode()).decode()}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")
