"""Numbers as people read them."""

from datetime import datetime

from django.utils.translation import gettext as _

NOTHING = "–"


def hours(value: float | None) -> str:
    """12 min; from an hour on 5.2 h; from two days on 3.1 days. Rounded first: an hour is never 60 min."""
    if value is None:
        return NOTHING
    if round(value, 1) >= 48:
        return _("%(n)s days") % {"n": f"{value / 24:.1f}"}
    if (minutes := round(value * 60)) < 60:
        return _("%(n)s min") % {"n": minutes}
    return _("%(n)s h") % {"n": f"{value:.1f}"}


def percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.1%}"


def count(number: int) -> str:
    return f"{number:,}"


def plain(value: float | None, digits: int = 1) -> str:
    """For a table that is taken along: a number or nothing."""
    return "" if value is None else f"{value:.{digits}f}"


def slot(at: datetime, unit: str) -> str:
    """The name of an hour, a day or a week, short enough for an axis."""
    if unit == "hour":
        return f"{at:%H:00}"
    return f"{at:%m-%d}"
