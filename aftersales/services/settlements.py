"""Refunds of a ticket that were settled by hand: what the buyer reads of it, their objection, and support's ruling
(docs/offers.md). The refund knows nothing of tickets; here is what its settlement means for one."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Forbidden
from kernel.machine import advance
from kernel.money import ZERO
from refunds import services as refunds
from refunds.models import Refund

from ..models import Ticket, TicketRefund
from ..states import Status
from . import refund_outcomes
from .actions import may_rule_settlement
from .applying.files import attach_files
from .guards import require, require_text
from .locking import lock

# As with a ruling on a dispute, above this a supervisor decides.
AGENT_RULES_UP_TO = Decimal(1000)


def on_proven(refund: Refund, evidence: Iterable[UUID], *, actor: Actor) -> None:
    """The files of one of the two people: evidence of the ticket from now on, so that every party may read them."""
    link = refund_outcomes.link_of(refund)
    if link is None:
        return
    files = list(evidence)
    attach_files(files, Ticket.objects.get(shop_id=link.shop_id, pk=link.ticket_id), actor)
    link.proof_files = sorted({*link.proof_files, *map(str, files)})
    link.save(update_fields=["proof_files"])


def object_to(ticket: Ticket, *, note: str, actor: Actor, now: datetime) -> Ticket:
    """To every settlement that was not ruled on. The caller has the ticket locked and has checked the time."""
    links = _links(ticket).filter(by_hand_at__isnull=False, objected_at=None, ruled_at=None)
    numbers = list(links.order_by("refund_id").values_list("refund__refund_no", flat=True))
    links.update(objected_at=now)
    data = {"about": "settlement", "refunds": numbers}
    return advance(ticket.object, actor=actor, now=now, note=note, data=data, about="settlement")


def may_rule(amount: Decimal, actor: Actor) -> None:
    """403 for an agent of support above their bound."""
    if amount > AGENT_RULES_UP_TO and actor.role != "supervisor":
        raise Forbidden(_("Above %(amount)s, a supervisor has to decide.") % {"amount": AGENT_RULES_UP_TO})


@transaction.atomic
def rule_settlement(ticket: Ticket, *, void: bool, note: str, actor: Actor, now: datetime) -> Ticket:
    """Support's word on what the buyer objects to: it counts, or the money is owed again and free for another way.
    Never by one of the two people who settled it."""
    require_text("note", note, _("Say why. The buyer and the shop read it."))
    _order, ticket = lock(ticket)
    require(ticket, "rule_settlement", actor, now=now)
    links = list(_links(ticket).filter(objected_at__isnull=False).select_related("refund").order_by("refund_id"))
    if not may_rule_settlement(ticket, actor):
        raise Forbidden(_("You settled this yourself, so someone else in support has to decide on the objection."))
    if void:
        may_rule(sum((link.refund.amount for link in links), ZERO), actor)
    numbers = [link.refund.refund_no for link in links]
    for link in links:
        _decide(link, void, note, actor, now)
    if void:
        ticket.refresh_from_db(fields=["alerts"])  # a chargeback may have taken what is free again
    fields: dict[str, object] = {"by_hand_at": _newest(ticket)}
    # What was paid, in the answers and in the books, is what has really arrived.
    if void and ticket.status == Status.COMPLETED:
        fields["refunded_amount"] = refund_outcomes.refunded_so_far([ticket])[ticket.pk]
    data = {"void": void, "refunds": numbers}
    ticket = advance(ticket.rule_settlement, actor=actor, now=now, note=note, data=data, **fields)
    refund_outcomes.update_failed_alert(ticket)
    return ticket


def _decide(link: TicketRefund, void: bool, note: str, actor: Actor, now: datetime) -> None:
    link.objected_at = None
    if void:
        refunds.void_settlement(link.refund, note=note, actor=actor, now=now)
        # The next settlement has a proof, and days to object, of its own. This one is in the history.
        link.by_hand_at, link.proof_files = None, []
    else:
        link.ruled_at = now
    link.save(update_fields=["objected_at", "by_hand_at", "proof_files", "ruled_at"])


def _newest(ticket: Ticket) -> datetime | None:
    """Of the settlements that came after the objection: the buyer may object to those too."""
    rows = _links(ticket).filter(by_hand_at__isnull=False, ruled_at=None).order_by("-by_hand_at")
    return rows.values_list("by_hand_at", flat=True).first()


def _links(ticket: Ticket) -> Any:
    return TicketRefund.objects.filter(shop_id=ticket.shop_id, ticket_id=ticket.pk)
