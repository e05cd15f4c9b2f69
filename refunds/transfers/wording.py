"""What people are told of a transfer: nothing calls it paid before the channel's last word."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..labels import channel_label, error_text
from .models import State, Transfer


def transfer_text(transfer: Transfer) -> str:
    """For the buyer, of one that is under way. Fetch with its payment."""
    channel = channel_label(transfer.payment.channel)
    if transfer.state == State.CONFIRMING and transfer.confirm_by:
        values = {"channel": channel, "by": _moment(transfer.confirm_by)}
        return _("It waits until you accept it in %(channel)s, by %(by)s.") % values
    if transfer.sent_at:
        return _("Sent to %(channel)s on %(on)s. It isn't confirmed yet.") % {
            "channel": channel,
            "on": _day(transfer.sent_at),
        }
    return _("It's being sent to %(channel)s.") % {"channel": channel}


def for_the_shop(transfer: Transfer) -> str:
    """As `reason_text`, with the channel, both numbers and the state. Fetch with its payment."""
    parts = [
        channel_label(transfer.payment.channel),
        str(transfer.state.label),
        transfer.received_account,
        transfer.transfer_no,
        transfer.trace_no,
        reason_text(transfer),
    ]
    if transfer.called_off_at and not transfer.ended:
        parts.append(_("Called off. The payment channel is asked whether it had left before."))
    elif transfer.refusal and not transfer.ended:
        parts.append(_("Refused. The payment channel is asked once more whether an earlier request arrived."))
    return " · ".join(part for part in parts if part)


def reason_text(transfer: Transfer) -> str:
    """For the shop: why it did not arrive, or what it waits for."""
    return error_text(transfer.failure_reason or transfer.last_error)


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
