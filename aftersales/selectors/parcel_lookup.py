"""A parcel arrives at the warehouse: which tickets the number on it may mean, and why one cannot be received now."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.machine import allowed_actors
from kernel.numbers import printed
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from logistics.services.count import OURS

from ..models import Ticket, TicketParcel
from ..states import RETURN_TYPES, Status
from ..wording.labels import status_label

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Rows read of each kind of number for one that is returned: the newest are chosen only after the union.
CANDIDATES = 10


def spellings(scanned: str) -> set[str]:
    """What a scanner may have read: the number itself, the address on our slip that ends with it, or a waybill with
    the count of its parcels behind it (JDVA123-1-1-); each also in capitals."""
    text = scanned.strip()
    last = text.split("?")[0].rstrip("/").rpartition("/")[2]
    numbers = {text, last} | ({text.partition("-")[0]} if text.upper().startswith("JD") else set())
    return {spelling for number in numbers for spelling in (number, number.upper()) if spelling}


def matching_tickets(rows: "QuerySet[Ticket]", scanned: str, limit: int) -> "QuerySet[Ticket]":
    """The tickets among `rows` that a ticket number, a tracking number of a return parcel or an order number names;
    newest first. Numbers that were corrected count too: the label may carry any of them. Tracking numbers may repeat,
    so there may be several."""
    numbers = spellings(scanned)
    returned: dict[str, object]
    returned = {
        "ticket_parcels__kind": TicketParcel.Kind.RETURN,
        "ticket_parcels__parcel__tracking_no__same_number_in": numbers,
    }
    conditions: Iterable[dict[str, object]] = (
        {"ticket_no__in": numbers | printed(numbers)},
        returned,
        {"order__order_no__same_number_in": numbers},
    )
    # A union, because PostgreSQL reads each part by its own index; an OR over three tables would read them all.
    by_ticket, *others = (rows.filter(**condition).order_by().values("pk") for condition in conditions)
    pks = [row["pk"] for row in by_ticket.union(*others)[: CANDIDATES * limit]]
    return rows.filter(pk__in=pks).order_by("-pk")[:limit]


def undelivered_parcels(rows: "QuerySet[Parcel]", scanned: str, limit: int) -> "QuerySet[Parcel]":
    """The parcels to buyers among `rows` with this number that did not arrive and were not counted; newest first."""
    numbers = {"tracking_no__same_number_in": spellings(scanned)}
    waiting = rows.filter(kind__in=OURS, counted_at=None, replaced_by=None, **numbers)
    waiting = waiting.exclude(ticket_parcel__is_current=False)  # another replacement was sent since
    return waiting.exclude(status=ParcelStatus.DELIVERED).select_related("order").order_by("-pk")[:limit]


def reason_not_receivable(ticket: Ticket, actor: Actor) -> str:
    """Empty where the goods may be counted now. Otherwise a sentence for whoever has the parcel in hand."""
    # The machine is asked first, so that this never contradicts what `receive` allows.
    if can_proceed(ticket.receive):
        permitted = actor.kind in allowed_actors(Ticket, "receive")
        return "" if permitted else _("Only members of the shop can receive its goods.")
    if ticket.received_at is not None and ticket.missing_quantity:
        return _(
            "The replacement left without the %(n)d missing units. Put them aside, and ask the buyer to send a new "
            "request for them."
        ) % {"n": ticket.missing_quantity}
    if ticket.received_at is not None:
        return _("Its goods were already received on %(day)s.") % {
            "day": f"{timezone.localtime(ticket.received_at):%Y-%m-%d %H:%M}"
        }
    if ticket.type not in RETURN_TYPES or ticket.returnless:
        return _("This ticket has nothing to receive: the buyer keeps the goods.")
    return _reason_of_status(ticket)


def _reason_of_status(ticket: Ticket) -> str:
    if ticket.status == Status.PENDING_REVIEW:
        return _("It hasn't been approved yet. Review it first, then receive the goods.")
    if ticket.status == Status.PENDING_SUPPLEMENT:
        return _("The buyer hasn't paid the price difference yet. Put the goods aside until then.")
    if ticket.status == Status.REJECTED:
        return _("It was rejected. Approve it after all, or send the goods back.")
    return _("It has ended: %(status)s. Support can reopen it. Otherwise, send the goods back.") % {
        "status": status_label(ticket)
    }
