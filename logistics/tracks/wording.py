"""What is known of following a parcel, in a sentence for those who wait for its scans."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Parcel, Tracking
from ..numbers import borrowed, no_number


def following(parcel: Parcel) -> str:
    row: Tracking | None = getattr(parcel, "tracking", None)
    if row is None and (no_number(parcel.tracking_no) or borrowed([parcel])):
        return _("Not followed automatically: this is no number, or one that another parcel of the order has.")
    if row is None:
        return _("Not followed automatically: scans are reported by people or the shop's own system.")
    if row.next_at is None:
        return _("Not followed any more.")
    if row.fault:
        return row.get_fault_display()
    if at := max((at for at in (row.heard_at, row.asked_at) if at), default=None):
        return _("Followed automatically. Last asked or told %(at)s.") % {"at": _moment(at)}
    if row.subscribed_at:
        return _("Followed automatically. No news yet.")
    return _("Followed automatically, from the next minute on.")


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
