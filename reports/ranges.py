"""Spans of whole days in the shop's time zone that end now, and the span of the same length before."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)
CHOICES: dict[str, tuple[int, "str | Promise"]] = {
    "today": (1, _("Today")),
    "7": (7, _("7 days")),
    "14": (14, _("14 days")),
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
}
USUAL = "14"
MANY_DAYS = 14  # from here on, durations are grouped by week


@dataclass(frozen=True)
class Range:
    """`start` is a midnight, `end` is now. `before_…` are both moved back by as many days, so that half a day
    is compared with half a day."""

    key: str
    days: int
    start: datetime
    end: datetime

    @property
    def before_start(self) -> datetime:
        return self.start - self.days * DAY

    @property
    def before_end(self) -> datetime:
        return self.end - self.days * DAY

    @property
    def fine(self) -> str:
        return "hour" if self.days == 1 else "day"

    @property
    def coarse(self) -> str:
        return "day" if self.days <= MANY_DAYS else "week"

    def slots(self, unit: str) -> list[datetime]:
        """The beginnings of every hour, day or week of the span, in local time without zone, as SQL answers them."""
        first = self.start.replace(tzinfo=None)
        if unit == "week":
            first -= first.weekday() * DAY
        step = {"hour": timedelta(hours=1), "day": DAY, "week": 7 * DAY}[unit]
        last = self.end.replace(tzinfo=None)
        return [first + n * step for n in range(int((last - first) / step) + 1)]


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def span(key: str, now: datetime) -> Range:
    """The span of `key`; the usual one for an unknown key. `now`: its end."""
    key = key if key in CHOICES else USUAL
    days = CHOICES[key][0]
    here = timezone.localtime(now, zone())
    midnight = datetime.combine(here.date() - (days - 1) * DAY, time.min, zone())
    return Range(key, days, midnight, here)
