"""What was paid by hand because of a ticket, a refund or a payable: what the buyer reads of it, their objection, and
support's ruling (docs/offers.md). Neither knows of tickets; here is what its settlement means for one."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance
from kernel.money import ZERO
from refunds import services as refunds
from refunds.models import Refund
from refunds.payables import services as payables

from ..models import Ticket, TicketPayable, TicketRefund
from ..selectors.refunds.by_hand import ByHand, disputed, paid_by_hand, to_object_to
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
    if link is not None:
        attach_proof(link, Ticket.objects.get(shop_id=link.shop_id, pk=link.ticket_id), evidence, actor=actor)


def attach_proof(link: ByHand, ticket: Ticket, evidence: Iterable[UUID], *, actor: Actor) -> None:
    files = list(evidence)
    attach_files(files, ticket, actor)
    link.proof_files = sorted({*link.proof_files, *map(str, files)})
    link.save(update_fields=["proof_files"])


def object_to(ticket: Ticket, *, note: str, settlements: Collection[str] = (), actor: Actor, now: datetime) -> Ticket:
    """To the `settlements` of these numbers, of refunds and payables; without any to all that are open. The caller has
    the ticket locked."""
    links = _chosen(to_object_to(ticket, now), settlements)
    if not links:
        raise Conflict(_("You have reported this already. Platform support is looking into it."))
    for link in links:
        link.objected_at = now
        link.save(update_fields=["objected_at"])
    data = {"about": "settlement", **_numbers(links)}
    return advance(
        ticket.object, actor=actor, now=now, note=note, data=data, about="settlement", by_hand_at=_newest(ticket)
    )


def _chosen(links: list[ByHand], numbers: Collection[str]) -> list[ByHand]:
    """400 for a number that is none of them."""
    if not numbers:
        return links
    if unknown := set(numbers) - {link.number for link in links}:
        text = _("%(number)s is none of those that this is possible for. Leave the list out for all of them.")
        raise Invalid(errors={"settlements": [text % {"number": min(unknown)}]})
    return [link for link in links if link.number in set(numbers)]


def _numbers(links: list[ByHand]) -> dict[str, list[str]]:
    refunds = [link.number for link in links if isinstance(link, TicketRefund)]
    payables = [link.number for link in links if isinstance(link, TicketPayable)]
    return {"refunds": refunds} | ({"payables": payables} if payables else {})


def may_rule(amount: Decimal, actor: Actor) -> None:
    """403 for an agent of support above their bound."""
    if amount > AGENT_RULES_UP_TO and actor.role != "supervisor":
        raise Forbidden(_("Above %(amount)s, a supervisor has to decide.") % {"amount": AGENT_RULES_UP_TO})


@transaction.atomic
def rule_settlement(
    ticket: Ticket, *, void: bool, note: str, settlements: Collection[str] = (), actor: Actor, now: datetime
) -> Ticket:
    """Support's word on what the buyer objects to: it counts, or the money is owed again and free for another way. On
    the `settlements` of these numbers, without any on all. Never by one of the two people who paid one of them."""
    require_text("note", note, _("Say why. The buyer and the shop read it."))
    _order, ticket = lock(ticket)
    require(ticket, "rule_settlement", actor, now=now)
    links = _chosen(disputed(ticket), settlements)
    if not may_rule_settlement(ticket, actor):
        raise Forbidden(_("You settled this yourself, so someone else in support has to decide on the objection."))
    if void:
        may_rule(sum((link.amount for link in links), ZERO), actor)
    for link in links:
        _decide(link, void, note, actor, now)
    if void:
        ticket.refresh_from_db(fields=["alerts"])  # a chargeback may have taken what is free again
    left = [link.objected_at for link in disputed(ticket) if link.objected_at is not None]
    fields: dict[str, object] = {"by_hand_at": _newest(ticket), "since": min(left, default=None)}
    # What was paid, in the answers and in the books, is what has really arrived.
    refunded = void and any(isinstance(link, TicketRefund) for link in links)
    if refunded and ticket.status == Status.COMPLETED:
        fields["refunded_amount"] = refund_outcomes.refunded_so_far([ticket])[ticket.pk]
    data = {"void": void, **_numbers(links)}
    ticket = advance(ticket.rule_settlement, actor=actor, now=now, note=note, data=data, **fields)
    if refunded:
        refund_outcomes.update_failed_alert(ticket)
    return ticket


def _decide(link: ByHand, void: bool, note: str, actor: Actor, now: datetime) -> None:
    link.objected_at = None
    if void:
        if isinstance(link, TicketRefund):
            refunds.void_settlement(link.refund, note=note, actor=actor, now=now)
        else:
            payables.void_settlement(link.payable, note=note, actor=actor, now=now)
        # The next settlement has a proof, and days to object, of its own. This one is in the history.
        link.by_hand_at, link.proof_files = None, []
    else:
        link.ruled_at = now
    link.save(update_fields=["objected_at", "by_hand_at", "proof_files", "ruled_at"])


def _newest(ticket: Ticket) -> datetime | None:
    """Of the settlements that the buyer has not objected to: they may still do so."""
    times = [link.by_hand_at for link in paid_by_hand(ticket) if link.may_be_objected_to]
    return max((at for at in times if at is not None), default=None)
