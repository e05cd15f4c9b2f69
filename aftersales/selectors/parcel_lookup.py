"""Goods come back: which tickets a number on the parcel may mean, and in words why one is not awaited."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.machine import allowed_actors

from ..models import Ticket
from ..states import RETURN_TYPES, Status
from ..wording.labels import status_label

if TYPE_CHECKING:
    from django.db.models import QuerySet


def spellings(scanned: str) -> set[str]:
    """What a scanner may have read: the number, the address on our slip that ends with it, a waybill with the
    count of its parcels behind it (JDVA123-1-1-), in capitals or not."""
    text = scanned.strip()
    last = text.split("?")[0].rstrip("/").rpartition("/")[2]
    found = {text, last} | ({text.partition("-")[0]} if text.upper().startswith("JD") else set())
    return {spelling for one in found for spelling in (one, one.upper()) if spelling}


def meant_by(rows: "QuerySet[Ticket]", scanned: str, most: int) -> "QuerySet[Ticket]":
    """The tickets among `rows` that the number of a ticket, of its return parcel or of its order names; newest first.

    Each kind is read by its own index. Tracking numbers may repeat.
    """
    numbers = spellings(scanned)
    fields: Iterable[str] = ("ticket_no", "return_parcel__tracking_no", "order__order_no")
    by_ticket, *others = (rows.filter(**{f"{field}__in": numbers}).order_by().values("pk") for field in fields)
    pks = [row["pk"] for row in by_ticket.union(*others)[: 10 * most]]
    return rows.filter(pk__in=pks).order_by("-pk")[:most]


def why_not(ticket: Ticket, actor: Actor) -> str:
    """Empty: its goods may be counted now. Otherwise a sentence for who stands there with the parcel."""
    if can_proceed(ticket.receive):
        mine = actor.kind in allowed_actors(Ticket, "receive")
        return "" if mine else _("Only people of the shop count its goods.")
    if ticket.received_at is not None:
        return _("Its goods were received already, on %(day)s.") % {
            "day": f"{timezone.localtime(ticket.received_at):%Y-%m-%d %H:%M}"
        }
    if ticket.type not in RETURN_TYPES or ticket.returnless:
        return _("Nothing comes back for this ticket: the goods stay with the buyer.")
    if ticket.status == Status.PENDING_REVIEW:
        return _("It is not approved yet. Decide it first, then count the goods.")
    if ticket.status == Status.PENDING_SUPPLEMENT:
        return _("The buyer has not paid the difference yet. Put the goods aside until then.")
    if ticket.status == Status.REJECTED:
        return _("It was rejected. Approve it after all, or send the goods back.")
    return _("It has ended: %(status)s. Support can reopen it; otherwise send the goods back.") % {
        "status": status_label(ticket)
    }
