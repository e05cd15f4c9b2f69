"""The parcel that a ticket's goods come back in, read once for all tickets of the page."""

from django.db.models import Prefetch

from aftersales.models import TicketParcel


def coming_back() -> Prefetch:
    """As `ticket.coming_back`, a list of one or none."""
    rows = TicketParcel.objects.filter(kind="return", is_current=True).select_related("parcel")
    return Prefetch("ticket_parcels", rows, to_attr="coming_back")
