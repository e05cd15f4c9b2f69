"""What somebody of the shop may not decide at all, however little it gives away (S-161, B-13)."""

from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor

from ...models import Ticket
from ...states import Status, Type
from .refusal import NotAlone


def is_simple(ticket: Ticket) -> bool:
    """What somebody who handles simple cases only may approve (S-161): the refund of goods that have not left, as the
    buyer applied for it."""
    of_unshipped = ticket.type == Type.REFUND_ONLY and ticket.unshipped and ticket.claimed_amount is None
    return of_unshipped and ticket.status == Status.PENDING_REVIEW and not ticket.objection


def within_level(ticket: Ticket, verb: str, actor: Actor) -> bool:
    """`verb`: a transition of the machine."""
    return not actor.simple or (verb in Ticket.SIMPLE and (verb != "approve" or is_simple(ticket)))


def require_level(ticket: Ticket, verb: str, actor: Actor) -> None:
    if not within_level(ticket, verb, actor):
        raise NotAlone(only_simple(), level="simple")


def only_simple() -> str:
    return _(
        "You only handle simple cases: refunds of unshipped goods up to your limit, remarks and messages. Hand it over."
    )


def is_own(ticket: Ticket, actor: Actor) -> bool:
    """Whether an agent applied for it, on the buyer's behalf. A manager may approve their own: a shop may have no
    second person, and nobody limits a manager."""
    return ticket.needs_second_person and ticket.applied_by_id == actor.user_id and not actor.is_manager


def only_a_manager(ticket: Ticket, actor: Actor) -> None:
    """Who kept the money back on a note may be an agent; the buyer's objection to it is for a manager (B-13)."""
    if ticket.objection and actor.kind == MERCHANT and not actor.is_manager:
        raise NotAlone(_("Only a manager can decide on an objection. Hand it over."))


def not_own(ticket: Ticket, actor: Actor) -> None:
    if is_own(ticket, actor):
        raise NotAlone(_("You requested this yourself, so someone else has to approve it. Hand it over."))
