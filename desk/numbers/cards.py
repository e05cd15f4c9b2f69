"""The questions of the dashboard: each a title that says what it shows, a drawing, and the table behind it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from aftersales.states import Fault, Status, Type
from kernel.languages import labelled, paragraph
from kernel.money import ZERO, unit_of
from reports.figures import Figures
from reports.queries import Durations, Paid
from web.money import currency_name, format_money

from . import words
from .card import Card
from .charts import NARROW, WIDE, Bar, Plane, Series, Size, bar_rows, column_plane
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
from .rates import RATES


def waiting(figures: Figures) -> Card:
    rows = figures.waiting
    total, late = sum(row.waiting for row in rows), sum(row.overdue for row in rows)
    bars = [_waiting_bar(Status(row.status).label, row.waiting, row.overdue) for row in rows]
    return Card(
        "waiting",
        _("Open tickets now, by stage"),
        _("Tickets open right now, whatever the range."),
        _("%(total)d tickets are open, %(late)d of them overdue.") % {"total": total, "late": late},
        [_("Stage"), _("Waiting"), _("Overdue")],
        [[str(Status(row.status).label), row.waiting, row.overdue] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [("f1", _("overdue")), ("f2", _("in time"))],
        "" if total else _("Nothing is waiting. Well done!"),
    )


def _waiting_bar(name: Any, number: int, late: int) -> Bar:
    value = _("%(n)d, %(late)d overdue") % {"n": number, "late": late} if late else str(number)
    parts = [(late, "f1", labelled(_("overdue"), late)), (number - late, "f2", labelled(_("in time"), number - late))]
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
        _("By first request and by when they ended, in whatever way."),
        _("%(applied)d tickets were requested and %(done)d ended.") % {"applied": sum(applied), "done": sum(done)},
        [slot_word(unit), _("New tickets"), _("Ended tickets")],
        [[stamp(slot, unit), a, d] for slot, a, d in zip(slots, applied, done, strict=True)],
        lines(series, slots, unit, _("tickets")),
        "lines",
        [("s1", _("New tickets")), ("s2", _("Ended tickets"))],
        "" if sum(applied) + sum(done) else _("No tickets were requested or ended in this period."),
    )


def decision(figures: Figures) -> Card:
    now = figures.decided.now
    summary = _("Half of the decisions took less than %(median)s, and 90%% less than %(ninety)s.")
    return Card(
        "decision",
        duration_title(figures, _("Hours to the first decision, by day"), _("Hours to the first decision, by week")),
        _("By day of request. Instant approvals by a rule aren't counted; automatic approvals at the deadline are."),
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
        "" if now.measured else _("Nothing was decided in this period."),
    )


def total(figures: Figures) -> Card:
    now = figures.finished.now
    summary = _("Half of the tickets took less than %(median)s, and 90%% less than %(ninety)s.")
    return Card(
        "whole",
        duration_title(figures, _("Days from request to completion, by day"),
                        _("Days from request to completion, by week")),
        _("Completed tickets by completion date. Withdrawn and closed tickets aren't included."),
        summary % {"median": words.hours(now.median), "ninety": words.hours(now.ninety)},
        [slot_word(figures.range.coarse), _("Completed"), _("Median, days"), _("90th percentile, days")],
        [
            [stamp(slot, figures.range.coarse), stats.measured, *took(stats, 24)]
            for slot, stats in coarse(figures, figures.finished.coarse)
        ],
        durations(figures, figures.finished.coarse, 24, _("days")),
        "lines",
        [("s1", _("median")), ("s2", _("90th percentile"))],
        "" if now.measured else _("Nothing was completed in this period."),
    )  # fmt: skip


def reasons(figures: Figures) -> Card:
    rows = figures.reasons
    total = sum(row.tickets for row in rows)
    bars = [
        Bar(
            f"{row.label} · {Fault(row.fault).label}",
            f"{row.tickets} · {row.tickets / total:.0%}",
            [(row.tickets, fault_class(row.fault), labelled(row.label, row.tickets))],
        )
        for row in rows[:8]
    ]
    return Card(
        "reasons",
        _("Why: reasons and who is at fault"),
        _("Tickets requested in the range. The eight most frequent reasons are shown."),
        _("The most frequent reason is “%(reason)s”.") % {"reason": rows[0].label} if rows else "",
        [_("Reason"), _("At fault"), _("Tickets"), _("Share, percent")],
        [[row.label, str(Fault(row.fault).label), row.tickets, percent(row.tickets / total)] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        fault_legend(),
        "" if rows else _("No tickets were requested in this period."),
        2,
    )


def products(figures: Figures) -> Card:
    rows = figures.products
    bars = [
        Bar(f"{row.title} · {row.code}", str(row.tickets), [(row.tickets, "f1", labelled(row.title, row.tickets))])
        for row in rows
    ]
    return Card(
        "products",
        _("Which goods: the ten with the most tickets"),
        _("Tickets requested in the range, including for older orders. For rates per order, see below."),
        _("%(title)s has the most tickets: %(n)d.") % {"n": rows[0].tickets, "title": rows[0].title}
        if rows else "",
        [_("SKU"), _("Title"), _("Tickets"), _("Units requested"), _("Main reason")],
        [[row.code, row.title, row.tickets, row.units, row.reason] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [],
        "" if rows else _("No tickets were requested in this period."),
        2,
    )  # fmt: skip


def refunds(figures: Figures) -> Card:
    """One drawing and one sum a currency."""
    unit = figures.range.fine
    rows = [row for row in figures.paid if row.slot is not None]
    sums = [format_money(figures.paid_now(code), code) for code in figures.currencies]
    paid = _("%(amount)s were refunded.") % {"amount": " · ".join(sums)}
    return Card(
        "refunds",
        _("What it costs: refunds by the hour and who is at fault")
        if unit == "hour"
        else _("What it costs: refunds by day and who is at fault"),
        _("Refunds that arrived, including price differences. The table shows them by type."),
        paragraph(paid, _in_kind(figures)),
        [slot_word(unit), _("Type"), _("At fault"), _("Currency"), _("Refunds"), _("Amount")],
        [_refunded_row(row, unit) for row in rows],
        [_refunded_plane(figures, code, size) for code in figures.currencies for size in (WIDE, NARROW)],
        "columns",
        fault_legend(),
        "" if rows else _("Nothing was refunded in this period."),
        4,
    )


def _in_kind(figures: Figures) -> str:
    costs = [format_money(row.cost, row.currency) for row in figures.in_kind]
    if not costs:
        return ""
    return _("Vouchers and gifts in place of refunds cost %(amount)s.") % {"amount": " · ".join(costs)}


def _refunded_row(row: Paid, unit: str) -> list[Any]:
    amount = row.amount.quantize(unit_of(row.currency))
    words_ = [str(Type(row.type).label), str(Fault(row.fault).label), currency_name(row.currency)]
    return [stamp(row.slot, unit) if row.slot else "", *words_, row.refunds, amount]


def _refunded_plane(figures: Figures, currency: str, size: Size) -> Plane:
    unit = figures.range.fine
    slots = figures.range.slots(unit)
    sums: dict[tuple[datetime | None, str], Decimal] = {}
    for row in figures.paid:
        if row.currency == currency:
            sums[row.slot, row.fault] = sums.get((row.slot, row.fault), ZERO) + row.amount
    series = [Series(str(fault.label), [float(sums.get((slot, fault), ZERO)) for slot in slots]) for fault in FAULTS]
    return column_plane(series, [words.slot(slot, unit) for slot in slots], currency_name(currency), size)


def people(figures: Figures) -> Card:
    rows = figures.people
    bars = [
        Bar(
            row.name,
            f"{row.decisions} · {words.hours(row.median)}",
            [(row.decisions, "f2", labelled(row.name, row.decisions))],
        )
        for row in rows
    ]
    return Card(
        "people",
        _("Who decides: first decisions and median time per person"),
        _("Next to each bar: decisions and median time. Only managers and support can see this."),
        _("%(n)d people made decisions.") % {"n": len(rows)},
        [_("Person"), _("Decisions"), _("Approved"), _("Rejected"), _("Median, hours")],
        [[row.name, row.decisions, row.approved, row.rejected, words.plain(row.median)] for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [],
        "" if rows else _("Nobody decided anything in this period."),
    )


def load(figures: Figures) -> Card:
    rows = figures.load
    bars = [_waiting_bar(row.name, row.tickets, row.overdue) for row in rows]
    return Card(
        "load",
        _("Open tickets by assignee"),
        _("Right now, whatever the range. Only managers and support can see this."),
        _("%(n)d people have open tickets.") % {"n": len(rows)},
        [_("Person"), _("Open"), _("Overdue")],
        [list(row) for row in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [],
        "" if rows else _("No tickets are assigned."),
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
    "load": load,
}


def questions(figures: Figures) -> dict[str, Callable[[Figures], Card]]:
    """Those that the reader may ask."""
    known = CARDS | RATES
    return {key: card for key, card in known.items() if key not in ("people", "load") or figures.people_scope}
