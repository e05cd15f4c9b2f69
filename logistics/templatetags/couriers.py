from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from .. import wording
from ..couriers.names import label

register = template.Library()
register.filter("courier", label)
register.filter("to_chase", wording.for_shop)


@register.filter
def slot(starts_at: str, ends_at: str) -> str:
    """Two ISO moments of a day: "November 30, 13:00–15:00"."""
    starts, ends = (timezone.localtime(datetime.fromisoformat(raw)) for raw in (starts_at, ends_at))
    return f"{date_format(starts, 'MONTH_DAY_FORMAT')} {starts:%H:%M}–{ends:%H:%M}"
