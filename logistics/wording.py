"""What is wrong with a parcel on its way, and what happens next, for either side (S-143, S-145)."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .machine import TO_CHASE, Status
from .models import Parcel


def for_buyer(*, status: str, kind: str, silent_since: datetime | None, scanned: bool) -> str:
    """ "": nothing is wrong, or it has ended. `scanned`: ever; of a return without any, the buyer knows the number."""
    if status not in TO_CHASE:
        return ""
    comes_back = kind == Parcel.Kind.RETURN
    if status == Status.DAMAGED:
        if comes_back:
            return _(
                "The courier reports damage. The shop checks the goods when they arrive. Keep the courier's receipt."
            )
        return _("The courier reports damage. If it comes, take photos and refuse it. Then send the shop a request.")
    if silent_since is not None:
        return _silent_for_buyer(_day(silent_since), comes_back=comes_back, scanned=scanned)
    if comes_back:
        return _("The courier reports a problem. The shop is asked to sort it out.")
    return _("The courier reports a problem. The shop is asked to sort it out. If you have to collect it, please do.")


def _silent_for_buyer(day: str, *, comes_back: bool, scanned: bool) -> str:
    if comes_back and not scanned:
        return _("The courier knows nothing of this parcel yet. Check courier and number, and correct what's wrong.")
    if comes_back:
        text = _("No news from the courier since %(day)s. The shop is asked to find your parcel. Keep the receipt.")
    else:
        text = _("No news from the courier since %(day)s. The shop is asked to find your parcel.")
    return text % {"day": day}


def for_shop(parcel: Parcel) -> str:
    """As `for_buyer`."""
    if parcel.status not in TO_CHASE:
        return ""
    if parcel.status == Status.DAMAGED:
        return _("The courier reports damage. Ask it for a report. If the parcel doesn't arrive, report it as lost.")
    if parcel.silent_since is not None:
        day = {"day": _day(parcel.silent_since)}
        return _("No scan since %(day)s. Check the number and ask the courier. If it's gone, report it as lost.") % day
    return _("The courier reports a problem. Ask what it needs from you. The next scan ends this.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
