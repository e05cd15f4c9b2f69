"""What is wrong with a parcel on its way, and what happens next, for either side (S-143, S-145)."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .machine import TO_CHASE, Status
from .models import Parcel


def for_buyer(*, status: str, kind: str, silent_since: datetime | None) -> str:
    """ "": nothing is wrong, or it has ended."""
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
        day = {"day": _day(silent_since)}
        if comes_back:
            return (
                _("No news from the courier since %(day)s. The shop is asked to find your parcel. Keep the receipt.")
                % day
            )
        return _("No news from the courier since %(day)s. The shop is asked to find your parcel.") % day
    if comes_back:
        return _("The courier reports a problem. The shop is asked to sort it out.")
    return _("The courier reports a problem. The shop is asked to sort it out. If you have to collect it, please do.")


def for_shop(parcel: Parcel) -> str:
    """As `for_buyer`."""
    if parcel.status not in TO_CHASE:
        return ""
    if parcel.status == Status.DAMAGED:
        return _("The courier reports damage. Ask it for a report. If the parcel doesn't arrive, report it as lost.")
    if parcel.silent_since is not None:
        day = {"day": _day(parcel.silent_since)}
        return _("No scan since %(day)s. Ask the courier, and report it as lost if it's gone. A scan ends this.") % day
    return _("The courier reports a problem. Ask what it needs from you. The next scan ends this.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
