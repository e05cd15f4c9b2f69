"""The buyer's yes to less money: they accept an offer, or, where the shop's policy allows it, the shop notes how they
agreed and the buyer may object (B-13, S-056)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Consent
from kernel.errors import AmountExceeded, NeedsConfirmation
from kernel.money import ZERO
from orders.models import Order
from web.api.answers import money

from ..models import Ticket
from ..models.offer import GoodsTerms


class OfferBody(GoodsTerms, total=False):
    """The body for `offer` that says the same as the decision it stands for."""

    type: str
    amount: str
    service_fee: str
    note: str


def offer_body(ticket: Ticket, amount: Decimal, fee: Decimal, note: str, goods: GoodsTerms) -> OfferBody:
    currency = ticket.order.currency
    body: OfferBody = {**goods, "type": ticket.type, "amount": money(amount, currency), "note": note.strip()}
    if fee:
        body["service_fee"] = money(fee, currency)
    if not body["note"]:
        body["note"] = _("We'd like to offer you a refund of %(amount)s.") % {"amount": money(amount - fee, currency)}
    return body


def by_note(order: Order) -> bool:
    """The policy under which the order was placed: a shop that changes its mind later does not change this buyer's
    rights."""
    return order.policy.consent == Consent.NOTE


def require_yes(ticket: Ticket, *, agreed: bool, note: str, pays: Decimal, offer: OfferBody, message: str) -> None:
    """409 with the body for `offer`, unless the shop may note the buyer's yes and did. `message`: what needs the yes.
    Never down to zero: nobody agrees to nothing."""
    if pays <= ZERO:
        raise AmountExceeded(_("Nothing would be left for the buyer. Leave an amount, or reject with a reason."))
    if by_note(ticket.order):
        if agreed and note.strip():
            return
        how = _("Confirm that they agreed and say how, or make an offer.")
    else:
        how = _("Make an offer. The buyer responds on their page.")
    raise NeedsConfirmation(f"{message} {how}", details={"offer": offer})
