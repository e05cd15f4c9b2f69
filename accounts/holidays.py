"""The calendar of official holidays: what a shop is offered to pause for, and a year of it from a file."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.languages import pick
from web.fields import check_moment

from .pauses import MAX_A_YEAR

if TYPE_CHECKING:
    from .models import Shop

DAY = timedelta(days=1)
COLUMNS = ("name_zh", "name_en", "first", "last")


class Holiday(models.Model):
    """An official holiday, offered where a pause is announced; both days belong to it. Without a shop it is for all;
    a shop's own with the same first day stands in its place there. What was announced stays when it is changed."""

    shop = models.ForeignKey("Shop", models.CASCADE, null=True, blank=True, verbose_name=_("shop"))
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    first = models.DateField(_("first day"), validators=[check_moment])
    last = models.DateField(_("last day"), validators=[check_moment])

    class Meta:
        verbose_name, verbose_name_plural = _("holiday"), _("holidays")
        ordering = ["first", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "first"], name="holiday_once", nulls_distinct=False,
                violation_error_message=_("There's already a holiday starting on this day. Edit that one instead."),
            ),
            # A longer one could not be announced as a pause (part C).
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first"), last__lte=models.F("first") + (MAX_A_YEAR - DAY)),
                name="holiday_days",
                violation_error_message=_("It has to end on or after its first day, and can last up to 31 days."),
            ),
            # At the edges a time zone, or the midnight after, leads out of the calendar.
            models.CheckConstraint(
                condition=Q(first__gte=date(1990, 1, 1), last__lt=date(2200, 1, 1)), name="holiday_in_the_calendar",
                violation_error_message=_("Enter a year between 1990 and 2199."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        name = pick(self.name_zh, self.name_en)
        return f"{name} · {self.first:%Y-%m-%d}–{self.last:%m-%d}"

    @property
    def starts_at(self) -> datetime:
        """Midnight of the site's time zone."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.last + DAY, time.min))


def coming(shop: "Shop", now: datetime) -> list[Holiday]:
    """Those that have not begun, in order: the shop's own, and those for all shops where none of its own begins."""
    rows = Holiday.objects.filter(Q(shop=None) | Q(shop=shop), first__gt=timezone.localdate(now))
    by_day = {row.first: row for row in sorted(rows, key=lambda row: row.shop_id is not None)}
    return [by_day[day] for day in sorted(by_day)]


@dataclass
class Summary:
    """`rejected`: the line of the file and why."""

    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"{self.added} added, {self.changed} changed, {self.same} as they were"
        return f"{counts}, {len(self.rejected)} rejected"


def _nothing(lines: int) -> None:
    """For who draws no progress."""


def import_file(
    lines: Iterable[str],
    shop: "Shop | None",
    *,
    dry_run: bool = False,
    step: Callable[[int], object] = _nothing,
) -> Summary:
    """Rows of CSV with the columns `name_zh`, `name_en`, `first`, `last` (days as 2027-02-05) into the calendar of all
    shops, or of one. A holiday is known by its first day: again the same file changes nothing. A bad row is listed, the
    others are taken. ValueError where a column is missing. `step` is called with the lines read since its last call."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"There is no column {', '.join(missing)}. The first line names {', '.join(COLUMNS)}.")
    summary, read = Summary(), 0
    for row in reader:
        try:
            _take(row, shop, summary, dry_run=dry_run)
        except ValidationError as fault:
            summary.rejected.append((reader.line_num, " ".join(fault.messages)))
        step(reader.line_num - read)
        read = reader.line_num
    return summary


def _take(row: Mapping[str, str | None], shop: "Shop | None", summary: Summary, *, dry_run: bool) -> None:
    text = {name: (row[name] or "").strip() for name in COLUMNS}
    first, last = _day(text["first"]), _day(text["last"])
    holiday = Holiday.objects.filter(shop=shop, first=first).first()
    known = holiday is not None
    holiday = holiday or Holiday(shop=shop, first=first)
    before = (holiday.name_zh, holiday.name_en, holiday.last)
    holiday.name_zh, holiday.name_en, holiday.last = text["name_zh"], text["name_en"], last
    holiday.full_clean()
    _check_apart(holiday)
    if known and before == (holiday.name_zh, holiday.name_en, holiday.last):
        summary.same += 1
        return
    if not dry_run:
        holiday.save()
    summary.changed, summary.added = summary.changed + known, summary.added + (not known)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(gettext("“%(text)s” isn't a date. Write it like 2027-02-05.") % {"text": text}) from None


def _check_apart(holiday: Holiday) -> None:
    """Two holidays on one day are one line too many, or a day mistyped."""
    others = Holiday.objects.filter(shop=holiday.shop, first__lte=holiday.last, last__gte=holiday.first)
    other = others.exclude(pk=holiday.pk).first()
    if other is not None:
        raise ValidationError(gettext("These dates overlap another holiday: %(other)s.") % {"other": other})
