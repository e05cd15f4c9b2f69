"""The first row: a number each, and how it was in as many days before."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures import Figures
from web.money import currency_name, format_money

from . import words


@dataclass(frozen=True)
class Tile:
    """`arrow`: an icon; `tone`: good, bad or neither, which the words say too."""

    label: str
    value: str
    change: str
    arrow: str = ""
    tone: str = ""


def tiles(figures: Figures) -> list[Tile]:
    decided, finished = figures.decided, figures.finished
    return [
        _pending_tile(figures),
        _counted(_("New tickets"), decided.now.tickets, decided.before.tickets),
        _counted(_("Ended tickets"), finished.now.tickets, finished.before.tickets),
        _took(_("First decision, median"), decided.now.median, decided.before.median),
        _share(_("Decided within 48 h"), decided.now.share_in_time, decided.before.share_in_time),
        *(_refunded(figures, currency) for currency in figures.currencies),
    ]


def _refunded(figures: Figures, currency: str) -> Tile:
    label = _("Refunded")
    if len(figures.currencies) > 1:
        label = _("Refunded, %(currency)s") % {"currency": currency_name(currency)}
    now, before = figures.paid_now(currency), figures.paid_before(currency)
    return _counted(label, now, before, show=partial(format_money, currency=currency))


def _pending_tile(figures: Figures) -> Tile:
    late = sum(row.overdue for row in figures.waiting)
    words_ = ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late} if late else _("none overdue")
    total = words.count(sum(row.waiting for row in figures.waiting))
    return Tile(_("Waiting now"), total, words_, "clock", "bad" if late else "good")


def _counted(label: str, now: "Decimal | int", before: "Decimal | int", show: Callable[..., str] = words.count) -> Tile:
    if not before:
        return Tile(label, show(now), _("no earlier period to compare with") if now else _("as before"))
    change = float((now - before) / before)
    if not change:
        return Tile(label, show(now), _("as before"))
    text = _("%(n)s more than before") if change > 0 else _("%(n)s less than before")
    return Tile(label, show(now), text % {"n": f"{abs(change):.0%}"}, _arrow(change))


def _took(label: str, now: float | None, before: float | None) -> Tile:
    if now is None or before is None:
        return Tile(label, words.hours(now), _("no earlier period to compare with") if now is not None else "")
    change = now - before
    if abs(change) < 0.05:
        return Tile(label, words.hours(now), _("as before"))
    text = _("%(n)s slower than before") if change > 0 else _("%(n)s faster than before")
    tone = "bad" if change > 0 else "good"
    return Tile(label, words.hours(now), text % {"n": words.hours(abs(change))}, _arrow(change), tone)


def _share(label: str, now: float | None, before: float | None) -> Tile:
    if now is None or before is None:
        return Tile(label, words.percent(now), _("no earlier period to compare with") if now is not None else "")
    change = (now - before) * 100
    if abs(change) < 0.05:
        return Tile(label, words.percent(now), _("as before"))
    text = _("%(n)s points more than before") if change > 0 else _("%(n)s points less than before")
    tone = "good" if change > 0 else "bad"
    return Tile(label, words.percent(now), text % {"n": f"{abs(change):.1f}"}, _arrow(change), tone)


def _arrow(change: float) -> str:
    return "trending-up" if change > 0 else "trending-down"
