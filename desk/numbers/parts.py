"""Parts of cards: slots in words, durations as drawings, faults as colours."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.states import Fault
from reports.figures import Figures
from reports.queries import Durations

from . import words
from .charts import NARROW, WIDE, Plane, Series, line_plane

FAULTS = (Fault.MERCHANT, Fault.BUYER, Fault.COURIER)  # f1, f2, f3
_SLOT_WORDS = {"hour": gettext_lazy("Hour"), "day": gettext_lazy("Day"), "week": gettext_lazy("Week from")}


def slot_word(unit: str) -> str:
    return str(_SLOT_WORDS[unit])


def stamp(slot: datetime, unit: str) -> str:
    return f"{slot:%Y-%m-%d %H:00}" if unit == "hour" else f"{slot:%Y-%m-%d}"


def duration_title(figures: Figures, by_day: str, by_week: str) -> str:
    return by_day if figures.range.coarse == "day" else by_week


def coarse(figures: Figures, by_slot: dict[datetime, Durations]) -> list[tuple[datetime, Durations]]:
    return [(slot, by_slot.get(slot, Durations())) for slot in figures.range.slots(figures.range.coarse)]


def durations(figures: Figures, by_slot: dict[datetime, Durations], hours: int, unit: str) -> list[Plane]:
    measured = coarse(figures, by_slot)
    median = [None if stats.median is None else stats.median / hours for _slot, stats in measured]
    ninety = [None if stats.ninety is None else stats.ninety / hours for _slot, stats in measured]
    series = [Series(_("median"), median), Series(_("90th percentile"), ninety)]
    return lines(series, [slot for slot, _stats in measured], figures.range.coarse, unit)


def lines(series: list[Series], slots: list[datetime], unit: str, axis: str) -> list[Plane]:
    names = [words.slot(slot, unit) for slot in slots]
    return [line_plane(series, names, axis, size) for size in (WIDE, NARROW)]


def took(stats: Durations, hours: int) -> list[str]:
    return [words.plain(value / hours if value is not None else None) for value in (stats.median, stats.ninety)]


def percent(share: float | None) -> str:
    return words.plain(share * 100 if share is not None else None)


def fault_class(fault: str) -> str:
    return f"f{[str(one) for one in FAULTS].index(fault) + 1}"


def fault_legend() -> list[tuple[str, str]]:
    return [(fault_class(fault), str(fault.label)) for fault in FAULTS]
