"""How long the records of a transaction are kept: the law's three years, or longer where the installation says so."""

from datetime import datetime

from django.conf import settings

MIN_YEARS, MAX_YEARS = 3, 30  # D-6: E-Commerce Law art. 31, Online Transaction Measures art. 31


def cut(now: datetime) -> datetime:
    """What happened last then, or earlier, need not be kept at `now`."""
    try:
        return now.replace(year=now.year - settings.RETENTION_YEARS)
    except ValueError:
        return now.replace(year=now.year - settings.RETENTION_YEARS, day=28)


def keep_until(last: datetime) -> datetime:
    """When what last happened at `last` need not be kept any more."""
    year = last.year + settings.RETENTION_YEARS
    try:
        return last.replace(year=year)
    except ValueError:  # the 29th of February: never a day too early
        return last.replace(year=year, month=3, day=1)
