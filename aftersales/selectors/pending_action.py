"""Who must act on a ticket, by when, and what happens then (ux 1).

These are the words of the desk. The storefront has its own words for the buyer (`storefront.status_text`), made from
the same facts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..conditions import (
    awaits_goods,
    bank_holds_failed_refund,
    came_after_refund,
    holds_refused_goods,
    owes_failed_refund,
    refund_returned,
    replacement_missing,
    settlement_disputed,
    waits_for_bank,
    waits_for_support,
)
from ..models import Ticket
from ..states import Alert, Due, Status

_TEXTS: dict[str, "str | Promise"] = {
    Status.PENDING_REVIEW: gettext_lazy("Shop needs to review"),
    Status.PENDING_SUPPLEMENT: gettext_lazy("Buyer needs to pay the difference"),
    Status.PENDING_RETURN: gettext_lazy("Buyer needs to send the goods back"),
    Status.PENDING_REFUND: gettext_lazy("Refund on its way"),
    Status.PENDING_RESHIP: gettext_lazy("Shop needs to send the replacement"),
    Status.RESHIPPED: gettext_lazy("Buyer needs to confirm arrival"),
    Status.REJECTED: gettext_lazy("Buyer can send a new request"),
}


@dataclass(frozen=True)
class PendingAction:
    """`text`: a sentence that names who must do what. `then`: what the clock does at `due_at`, "" for nothing.
    `late`: the deadline has passed, and `due_at` is when it did."""

    text: str
    due_at: datetime | None
    then: str
    late: bool


def pending_action(ticket: Ticket, now: datetime) -> PendingAction | None:
    """None: the ticket has ended, and nobody has to do anything."""
    if ticket.gift_due_at is not None:
        return PendingAction(
            _("Shop needs to hand over the voucher or gift"), ticket.gift_due_at, "", ticket.gift_due_at <= now
        )
    ended = ticket.status not in _TEXTS and not settlement_disputed(ticket) and not owes_failed_refund(ticket)
    if ended and not came_after_refund(ticket):
        return None
    if waits_for_bank(ticket):
        return PendingAction(_("The bank needs to decide on a chargeback"), None, "", late=False)
    # `overdue_since` stays after the deadline itself was cleared, so each of the two alone means late.
    late = ticket.overdue_since is not None or (ticket.due_at is not None and ticket.due_at <= now)
    # To count as overdue is nothing that happens to anybody, and before the deadline nobody is.
    then = "" if ticket.due_action in ("", Due.OVERDUE) else Due(ticket.due_action).label
    # After a suspension the deadline may lie ahead again; what is overdue has been so since the first one.
    return PendingAction(_text(ticket), ticket.overdue_since or ticket.due_at, str(then), late)


def desk_acts(ticket: Ticket) -> bool:
    """Whether the next step is the shop's or support's. While it is the buyer's, the desk proposes none."""
    if ticket.gift_due_at is not None or settlement_disputed(ticket) or waits_for_support(ticket):
        return True
    if came_after_refund(ticket):
        return True
    if ticket.offered_at is not None or Alert.DOUBTFUL_TRACKING in ticket.alerts:
        return False
    match ticket.status:
        case Status.PENDING_REVIEW | Status.PENDING_RESHIP:
            return True
        case Status.PENDING_REFUND:
            return awaits_goods(ticket) or owes_failed_refund(ticket)
        case Status.RESHIPPED:
            return replacement_missing(ticket)
    return ticket.status == Status.REJECTED and holds_refused_goods(ticket)


def _text(ticket: Ticket) -> str:
    if settlement_disputed(ticket):
        return _("Platform support needs to decide on the manual settlement")
    if bank_holds_failed_refund(ticket):
        return _("The bank needs to decide on a chargeback: what it holds can't be paid another way until then")
    if owes_failed_refund(ticket) and refund_returned(ticket):
        return _("A refund came back: the shop has to pay the buyer another way")
    if owes_failed_refund(ticket):
        return _("A refund failed: the shop has to retry it or settle it manually")
    if came_after_refund(ticket):
        return _("Shop needs to agree with the buyer on the parcel that came after the refund")
    if waits_for_support(ticket):
        return _("Platform support needs to decide on the objection")
    if ticket.objection and ticket.status == Status.PENDING_REVIEW:
        return _("A manager needs to decide on the objection")
    if ticket.offered_at is not None:
        return _("Buyer needs to respond to the offer")
    # The status alone does not show whether the shop waits for the goods or has to pay or send.
    if Alert.DOUBTFUL_TRACKING in ticket.alerts:
        return _("Buyer needs to correct the tracking number")
    if ticket.status == Status.REJECTED and holds_refused_goods(ticket):
        return _("Shop needs to send the refused goods back")
    if ticket.status == Status.REJECTED and ticket.goods_refused_at is not None:
        return _("Nothing to do: the goods were refused")
    if ticket.status == Status.REJECTED and ticket.suspended_at is not None:
        return _("Platform support is deciding")
    if ticket.status in (Status.PENDING_REFUND, Status.PENDING_RESHIP) and awaits_goods(ticket):
        return _("Shop needs to receive the goods")
    if ticket.status == Status.PENDING_RETURN and ticket.pickup_open:
        return _("Courier needs to bring the goods back")
    if ticket.status == Status.RESHIPPED and ticket.not_arrived_at is not None:
        return _("Shop needs to respond: the buyer says nothing arrived")
    if ticket.status == Status.RESHIPPED and ticket.lost_at is not None:
        return _("Shop needs to resend or refund: the parcel didn't arrive")
    return str(_TEXTS[ticket.status])
