"""Filters by day. A number of one day leads to its rows by the same query that the filter offers."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import DateFieldListFilter
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def midnight(now: datetime, days_ago: int = 0) -> datetime:
    """When a day began on the clock of the place."""
    here = timezone.localtime(now).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    return timezone.make_aware(here - timedelta(days=days_ago))


def of_day(column: str, now: datetime, days_ago: int) -> dict[str, datetime]:
    """As arguments of `filter`."""
    return {f"{column}__gte": midnight(now, days_ago), f"{column}__lt": midnight(now, days_ago - 1)}


def day_query(column: str, now: datetime, days_ago: int) -> str:
    return urlencode({name: str(at) for name, at in of_day(column, now, days_ago).items()})


class Days(DateFieldListFilter):
    """The choices of the stock filter, and yesterday."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whenever, today, *longer = self.links
        yesterday: dict[str, bool | date | datetime] = {**of_day(self.field_path, timezone.now(), 1)}
        self.links = (whenever, today, (_("Yesterday"), yesterday), *longer)
