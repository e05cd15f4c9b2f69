"""Which goods a ticket is about and where they are, in a line each, for whoever is about to pay for them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kernel.languages import enumerated
from logistics.couriers.names import label as courier_label

from ..models import Ticket, TicketLine
from ..rules.grounds import unshipped
from ..states import RETURN_TYPES


def goods_text(lines: Sequence[TicketLine]) -> str:
    return enumerated(f"{item.line.shown_name} × {item.quantity}" for item in lines)


def whereabouts(ticket: Ticket, lines: Sequence[TicketLine]) -> str:
    """Of goods that come back: the parcel. Fetch the lines with `line`."""
    if ticket.type in RETURN_TYPES and not ticket.returnless:
        parcel = ticket.return_parcel
        if parcel is None:
            return _("No parcel is known: the buyer has given no number.")
        return f"{courier_label(parcel.courier)} {parcel.tracking_no}".strip()
    if unshipped(lines):
        return _("They have not been shipped.")
    return _("The buyer keeps them.") if ticket.received or ticket.returnless else _("They have not arrived.")
