"""Refund and return rates of orders (S-140): by week of the order, by shop, product and reason."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from kernel.languages import labelled
from reports.cohorts import Rates
from reports.figures import Figures

from . import words
from .card import Card
from .charts import NARROW, WIDE, Bar, Series, bar_rows, line_plane
from .parts import percent, slot_word, stamp

MAX_BARS = 10


def by_period(figures: Figures) -> Card:
    unit = figures.range.coarse
    rows = [(slot, figures.rates.slots.get(slot, Rates())) for slot in figures.range.slots(unit)]
    names = [words.slot(slot, unit) for slot, _rates in rows]
    series = [
        Series(_("refund rate"), [_percent(rates.refund_rate) for _slot, rates in rows]),
        Series(_("return rate"), [_percent(rates.return_rate) for _slot, rates in rows]),
    ]
    young = {place: _still_open(rates) for place, (_slot, rates) in enumerate(rows) if rates.unfinished}
    total = figures.rates.total
    return Card(
        "rates",
        _("Refund and return rate, by day of the order")
        if unit == "day"
        else _("Refund and return rate, by week of the order"),
        _(
            "Shaded periods aren't final: buyers can still send requests for some of these orders, so the rates can "
            "rise."
        ),
        _summary(total),
        [slot_word(unit), *_header()],
        [[stamp(slot, unit), *_row(rates)] for slot, rates in rows],
        [line_plane(series, names, "%", size, young) for size in (WIDE, NARROW)],
        "lines",
        [("s1", _("refund rate")), ("s2", _("return rate")), ("shaded", _("not final"))],
        "" if total.orders else _("No orders were placed and paid in this period."),
    )


def by_shop(figures: Figures) -> Card:
    return _bars("rates-shops", _("Refund and return rate, by shop"), "", [_("Shop")],
                 [([name], name, rates) for name, rates in figures.rates.shops])  # fmt: skip


def by_product(figures: Figures) -> Card:
    rows = figures.rates_of_products
    return _bars(
        "rates-products", _("Refund and return rate, by product"),
        _("The ten products with the most orders that have a ticket, as a share of the orders that contain them."),
        [_("SKU"), _("Title")],
        [([row.code, row.title], f"{row.title} · {row.code}", row.rates) for row in rows],
    )  # fmt: skip


def by_reason(figures: Figures) -> Card:
    return _bars(
        "rates-reasons", _("Refund and return rate, by reason"),
        _("As a share of all orders, so you can compare reasons."), [_("Reason")],
        [([label], label, rates) for label, rates in figures.rates_of_reasons],
    )  # fmt: skip


Measured = tuple[list[str], str, Rates]  # the cells that name it, its name at the bar, its rates


def _bars(key: str, title: str, note: str, names: list[str], rows: Sequence[Measured]) -> Card:
    bars = [_bar(name, rates) for _cells, name, rates in rows[:MAX_BARS]]
    return Card(
        key,
        title,
        note,
        labelled(rows[0][1], _in_words(rows[0][2])) if rows else "",
        [*names, *_header()],
        [[*cells, *_row(rates)] for cells, _name, rates in rows],
        [bar_rows(bars, size) for size in (WIDE, NARROW)],
        "bars",
        [("f1", _("refund rate")), ("f2", _("return rate"))],
        "" if rows else _("No orders from this period have a ticket."),
        len(names),
    )


def _bar(name: str, rates: Rates) -> Bar:
    refund, returned = rates.refund_rate or 0, rates.return_rate or 0
    return Bar(
        name,
        _in_words(rates),
        [(refund, "f1", labelled(_("refund rate"), words.percent(refund)))],
        [(returned, "f2", labelled(_("return rate"), words.percent(returned)))],
    )


def _in_words(rates: Rates) -> str:
    numbers = {"refund": words.percent(rates.refund_rate), "return": words.percent(rates.return_rate)}
    return "{refund} · {return}".format(**numbers)


def _summary(total: Rates) -> str:
    text = _("%(refund)s of %(orders)s orders have a refund and %(return)s have a return.")
    numbers = {"refund": words.percent(total.refund_rate), "return": words.percent(total.return_rate)}
    return text % {"orders": words.count(total.orders), **numbers}


def _still_open(rates: Rates) -> str:
    numbers = {"n": words.count(rates.unfinished), "orders": words.count(rates.orders)}
    return _("not final: buyers can still send requests for %(n)s of %(orders)s orders") % numbers


def _header() -> list[str]:
    return [
        _("Orders"), _("With a ticket"), _("With a refund"), _("With a return"), _("Ticket rate, percent"),
        _("Refund rate, percent"), _("Return rate, percent"), _("Not final"), _("State"),
    ]  # fmt: skip


def _row(rates: Rates) -> list[Any]:
    shares = [percent(rate) for rate in (rates.ticket_rate, rates.refund_rate, rates.return_rate)]
    state = _("not final") if rates.unfinished else _("final") if rates.orders else ""
    return [rates.orders, rates.tickets, rates.refunds, rates.returns, *shares, rates.unfinished, state]


def _percent(rate: float | None) -> float | None:
    return None if rate is None else rate * 100


RATES: dict[str, Callable[[Figures], Card]] = {
    "rates": by_period,
    "rates-shops": by_shop,
    "rates-products": by_product,
    "rates-reasons": by_reason,
}
