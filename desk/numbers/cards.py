"""The questions of the dashboard: each a title that says what it shows, a drawing, and the table behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from aftersales.states import Fault, Status, Type
from kernel.money import DEFAULT_CURRENCY
from reports.figures import Figures
from reports.queries import Durations
from web.money import currency_name, format_money

from . import words
from .charts import NARROW, WIDE, Bar, Plane, Rows, Series, bar_rows, column_plane
from .parts import (
    FAULTS,
    coarse,
    duration_title,
    durations,
    fault_class,
    fault_legend,
    lines,
    percent,
    slot_word,
    stamp,
    took,
)

Table = list[list[Any]]


@dataclass(frozen=True)
class Card:
    """`summary` is the drawing in one sentence, for who does not see it."""

    key: str
    title: str
    note: str
    summary: str
    header: list[str]
    rows: Table
    drawings: "Sequence[Plane | Rows]" = ()
    kind: str = "lines"  # the template that draws
    legend: list[tuple[str, str]] = field(default_factory=list)  # (class, words)
    empty: str = ""  # said instead of the drawing
    names: int = 1  # so many columns of the table are words


def waiting(figures: Figures) -> Card:
    rows = figures.waiting
    total, late = sum(row.waiting for row in rows), sum(row.overdue for row in rows)
    bars = [_waiting_bar(Status(row.status).label, row.waiting, row.overdue) for row in rows]
    return Card(
        "waiting",
        _("How many wait now, by stage"),
        _("Open tickets of this moment, whatever the range."),
        _("%(total)d tickets wait, %(late)d of them overdue.") % {"total": total, "late": late},
        [_("Stage"), _("Waiting"), _("Overdue")],
        [[str(Status(row.status).label), row.waiting, row.overdue] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [("f1", _("overdue")), ("f2", _("in time"))],
        "" if total else _("Nothing waits. Well done."),
    )


def _waiting_bar(name: Any, number: int, late: int) -> Bar:
    value = _("%(n)d, %(late)d overdue") % {"n": number, "late": late} if late else str(number)
    parts = [(late, "f1", f"{_('overdue')}: {late}"), (number - late, "f2", f"{_('in time')}: {number - late}")]
    return Bar(str(name), value, parts)


def flow(figures: Figures) -> Card:
    unit = figures.range.fine
    slots = figures.range.slots(unit)
    applied = [figures.decided.fine.get(slot, Durations()).tickets for slot in slots]
    done = [figures.finished.fine.get(slot, Durations()).tickets for slot in slots]
    series = [Series(_("New tickets"), applied), Series(_("Ended tickets"), done)]
    return Card(
        "flow",
        _("New and ended tickets, by the hour") if unit == "hour" else _("New and ended tickets, by day"),
        _("Tickets by the time of the first application, and by the time they ended in whatever way."),
        _("%(applied)d tickets were applied for and %(done)d ended.") % {"applied": sum(applied), "done": sum(done)},
        [slot_word(unit), _("New tickets"), _("Ended tickets")],
        [[stamp(slot, unit), a, d] for slot, a, d in zip(slots, applied, done, strict=True)],
        lines(series, slots, unit, _("tickets")),
        "lines",
        [("s1", _("New tickets")), ("s2", _("Ended tickets"))],
        "" if sum(applied) + sum(done) else _("No ticket was applied for or ended in this time."),
    )


def decision(figures: Figures) -> Card:
    now = figures.decided.now
    summary = _("Half of the decisions took less than %(median)s, nine of ten less than %(ninety)s.")
    return Card(
        "decision",
        duration_title(figures, _("Hours to the first decision, by day"), _("Hours to the first decision, by week")),
        _("Tickets by the day of application. What a rule grants at once is not counted, what the clock grants is."),
        summary % {"median": words.hours(now.median), "ninety": words.hours(now.ninety)},
        [
            slot_word(figures.range.coarse),
            _("Decisions"),
            _("Median, hours"),
            _("90th percentile, hours"),
            _("Within 48 h, percent"),
        ],
        [
            [stamp(slot, figures.range.coarse), stats.measured, *took(stats, 1), percent(stats.share_in_time)]
            for slot, stats in coarse(figures, figures.decided.coarse)
        ],
        durations(figures, figures.decided.coarse, 1, _("hours")),
        "lines",
        [("s1", _("median")), ("s2", _("90th percentile"))],
        "" if now.measured else _("Nothing was decided in this time."),
    )


def total(figures: Figures) -> Card:
    now = figures.finished.now
    summary = _("Half of the cases took less than %(median)s, nine of ten less than %(ninety)s.")
    return Card(
        "whole",
        duration_title(figures, _("Days from application to the end, by day"),
                        _("Days from application to the end, by week")),
        _("Completed tickets by the day they were completed; withdrawn and closed ones are left out."),
        summary % {"median": words.hours(now.median), "ninety": words.hours(now.ninety)},
        [slot_word(figures.range.coarse), _("Completed"), _("Median, days"), _("90th percentile, days")],
        [
            [stamp(slot, figures.range.coarse), stats.measured, *took(stats, 24)]
            for slot, stats in coarse(figures, figures.finished.coarse)
        ],
        durations(figures, figures.finished.coarse, 24, _("days")),
        "lines",
        [("s1", _("median")), ("s2", _("90th percentile"))],
        "" if now.measured else _("Nothing was completed in this time."),
    )  # fmt: skip


def reasons(figures: Figures) -> Card:
    rows = figures.reasons
    total = sum(row.tickets for row in rows)
    bars = [
        Bar(
            f"{row.label} · {Fault(row.fault).label}",
            f"{row.tickets} · {row.tickets / total:.0%}",
            [(row.tickets, fault_class(row.fault), f"{row.label}: {row.tickets}")],
        )
        for row in rows[:8]
    ]
    return Card(
        "reasons",
        _("What for: reasons and who is at fault"),
        _("Tickets applied for in the range; the eight most frequent are drawn."),
        _("The most frequent reason is “%(reason)s”.") % {"reason": rows[0].label} if rows else "",
        [_("Reason"), _("At fault"), _("Tickets"), _("Share, percent")],
        [[row.label, str(Fault(row.fault).label), row.tickets, percent(row.tickets / total)] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        fault_legend(),
        "" if rows else _("No ticket was applied for in this time."),
        2,
    )


def products(figures: Figures) -> Card:
    rows = figures.products
    bars = [
        Bar(
            f"{row.title} · {row.code}",
            f"{row.tickets} · {words.percent(row.rate)}",
            [(row.tickets, "f1", f"{row.title}: {row.tickets}")],
        )
        for row in rows
    ]
    return Card(
        "products",
        _("Which goods: the ten with the most tickets"),
        _("At each bar: tickets, and units asked back per unit sold in the same time."),
        _("The most tickets, %(n)d, are on %(title)s.") % {"n": rows[0].tickets, "title": rows[0].title}
        if rows else "",
        [_("SKU"), _("Title"), _("Tickets"), _("Units asked back"), _("Units sold"), _("Rate, percent"),
         _("Main reason")],
        [[row.code, row.title, row.tickets, row.units, row.sold, percent(row.rate), row.reason] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [],
        "" if rows else _("No ticket was applied for in this time."),
        2,
    )  # fmt: skip


def refunds(figures: Figures) -> Card:
    unit = figures.range.fine
    slots, rows = figures.range.slots(unit), [row for row in figures.paid if row.slot is not None]
    series = [
        Series(
            str(fault.label),
            [float(sum(row.amount for row in rows if (row.slot, row.fault) == (slot, fault))) for slot in slots],
        )
        for fault in FAULTS
    ]
    names = [words.slot(slot, unit) for slot in slots]
    currency = currency_name(DEFAULT_CURRENCY)
    return Card(
        "refunds",
        _("What it costs: refunded by the hour, by who is at fault")
        if unit == "hour"
        else _("What it costs: refunded by day, by who is at fault"),
        _("Refunds that arrived, price differences included. The table tells the types apart."),
        _("%(amount)s were refunded.") % {"amount": format_money(figures.paid_now, DEFAULT_CURRENCY)},
        [slot_word(unit), _("Type"), _("At fault"), _("Refunds"), _("Amount, %(currency)s") % {"currency": currency}],
        [
            [stamp(row.slot, unit), str(Type(row.type).label), str(Fault(row.fault).label), row.refunds, row.amount]
            for row in rows
            if row.slot
        ],
        [column_plane(series, names, currency, size) for size in (WIDE, NARROW)],
        "columns",
        fault_legend(),
        "" if rows else _("Nothing was refunded in this time."),
        3,
    )


def people(figures: Figures) -> Card:
    rows = figures.people
    bars = [
        Bar(
            row.name,
            f"{row.decisions} · {words.hours(row.median)}",
            [(row.decisions, "f2", f"{row.name}: {row.decisions}")],
        )
        for row in rows
    ]
    return Card(
        "people",
        _("Who decides: first decisions and median time, by person"),
        _("At each bar: decisions, and how long half of them took at most. Only managers and support see this."),
        _("%(n)d people decided.") % {"n": len(rows)},
        [_("Person"), _("Decisions"), _("Approved"), _("Rejected"), _("Median, hours")],
        [[row.name, row.decisions, row.approved, row.rejected, words.plain(row.median)] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [],
        "" if rows else _("Nobody decided anything in this time."),
    )


CARDS: dict[str, Callable[[Figures], Card]] = {
    "waiting": waiting,
    "flow": flow,
    "decision": decision,
    "whole": total,
    "reasons": reasons,
    "products": products,
    "refunds": refunds,
    "people": people,
}


def questions(figures: Figures) -> dict[str, Callable[[Figures], Card]]:
    """Those that the reader may ask."""
    return {key: card for key, card in CARDS.items() if key != "people" or figures.people_scope}
