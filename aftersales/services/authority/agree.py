"""The second person's yes, before somebody else decides. In a module of its own, because guards.py needs the others."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_person import confirms_for_shop
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import advance

from ...models import SecondApproval, Ticket
from ..guards import require, require_whole
from ..locking import lock
from .second import threshold_on


@transaction.atomic
def endorse(
    ticket: Ticket, *, amount: Decimal, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Ticket:
    """A manager of at least 30 days or a supervisor of support agrees that somebody else decides on the ticket as it is
    now, up to `amount` in money and goods. 403 for others, and for who applied for it; 409 where one person decides."""
    _order, ticket = lock(ticket)
    require(ticket, "endorse", actor, version, now=now)
    if threshold_on(ticket, now) is None:
        raise Conflict(_("In this shop, one person decides. Nobody else has to agree."))
    if not confirms_for_shop(actor.user_id, ticket.shop_id, now=now):
        raise Forbidden(
            _("Only a manager of at least 30 days or a supervisor of platform support can be the second person.")
        )
    if ticket.applied_by_id == actor.user_id:
        raise Forbidden(_("You requested this yourself, so someone else has to agree to it."))
    if amount <= 0:
        raise Invalid(errors={"amount": [_("Enter an amount above zero.")]})
    require_whole(ticket.order.currency, amount=amount)
    SecondApproval.objects.update_or_create(
        shop_id=ticket.shop_id, ticket=ticket, user_id=actor.user_id or 0, version=ticket.version,
        defaults={"amount": amount, "at": now},
    )  # fmt: skip
    return advance(ticket.endorse, actor=actor, now=now, note=note, data={"amount": amount})
