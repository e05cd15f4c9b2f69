"""What is owed because of a ticket beyond its refunds: the return freight by rule, the rest by a manager."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import MERCHANT, Actor
from kernel.errors import Forbidden, Invalid
from refunds.access import only_deciders
from refunds.models import Payable
from refunds.payables import services as payables
from refunds.payables.machine import GIVEN_KINDS, Kind, Payee

from ..models import Ticket, TicketPayable
from ..states import FreightPayer
from . import authority
from .locking import lock
from .owing import link, owe_by_rule
from .refund_outcomes import settled_by_hand
from .settlements import attach_proof


def owe_return_freight(ticket: Ticket, *, now: datetime) -> None:
    """Once the goods were received, where the merchant pays for the way back (S-063, S-069): what the ticket promises,
    once. Nothing of a parcel sent collect, which the shop has paid at its door. The caller has the order locked."""
    owed = ticket.return_freight_payer == FreightPayer.MERCHANT and not ticket.return_freight_collect
    if not owed or not ticket.return_freight_amount:
        return
    amount = ticket.return_freight_amount
    owe_by_rule(ticket, kind=Kind.RETURN_FREIGHT, amount=amount, key=f"ticket:{ticket.pk}", now=now)


@transaction.atomic
def create_payable(
    ticket: Ticket, *, kind: str, amount: Decimal, ground: str, key: str = "", actor: Actor, now: datetime
) -> Payable:
    """Goodwill, compensation or a claim against the courier. `key`: tells two of a kind on one ticket apart."""
    only_deciders(actor)
    order, ticket = lock(ticket)
    key = f"ticket:{ticket.pk}" + (f":{key}" if key else "")
    row = payables.create_by_hand(order, kind=kind, amount=amount, key=key, ground=ground, actor=actor, now=now)
    link(ticket, row)
    row.order = order
    return row


@transaction.atomic
def approve_payable(payable: Payable, *, actor: Actor, now: datetime) -> Payable:
    """The first of two people, whoever asks. What goes to a buyer counts in this person's day like a decision on a
    ticket: 403 above their daily limit (docs/limits.md). Other kinds do not."""
    approved = payables.approve(payable, actor=actor, now=now)
    counts = approved.kind in GIVEN_KINDS
    limit = authority.daily_limit_on(approved.order, actor) if counts and actor.kind == MERCHANT else None
    if limit is None:
        return approved
    authority.take_turns(approved.shop_id, actor)
    total = authority.given_today(approved.shop_id, actor, now=now)  # this one is among it
    if total > limit:
        text = _("This is above your limit of %(limit)s per day. Ask a colleague to approve it.") % {"limit": limit}
        raise Forbidden(text, details={"limit": str(limit), "amount": str(total), "period": "day"})
    return approved


@transaction.atomic
def pay_payable(
    payable: Payable, *, proof: str, note: str = "", evidence: Iterable[UUID] = (), actor: Actor, now: datetime
) -> Payable:
    """The second person has paid it another way, or, of a claim, the courier has paid the shop. What a buyer got they
    read with its proof and its files, and may object to from now on (docs/offers.md)."""
    own = TicketPayable.objects.filter(shop_id=payable.shop_id, payable=payable).select_related("ticket").first()
    ticket = lock(own.ticket)[1] if own else None
    paid, files = payables.pay(payable, proof=proof, note=note, actor=actor, now=now), list(evidence)
    if own is None or ticket is None or paid.payee != Payee.BUYER:
        if files:
            text = _("Files show what a buyer got. This isn't paid to the buyer: leave them out.")
            raise Invalid(errors={"evidence": [text]})
        return paid
    if files:
        attach_proof(own, ticket, files, actor=actor)
    settled_by_hand(own, ticket, now)
    return paid
