"""The status of a ticket in words for its buyer: a headline, and who must act by when and what happens then (ux 1).

Only words are here. What is due, who is late and what the clock does then come from the ticket and from
`aftersales.selectors.pending_action`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.conditions import (
    awaits_goods,
    bank_holds_failed_refund,
    owes_failed_refund,
    refund_returned,
    settlement_disputed,
    waits_for_bank,
)
from aftersales.models import Ticket
from aftersales.selectors.pending_action import PendingAction, pending_action
from aftersales.selectors.refunds.sent_on import accounts_sent_to
from aftersales.states import Alert, Due, InKind, RejectionGround, Status, Type
from kernel.languages import paragraph
from logistics.pickups.machine import Status as PickupStatus
from refunds.labels import MERCHANT, held_text, redirected_text
from refunds.redirections.banks import account_text
from web.money import format_money

from .after_deadline import after_deadline
from .templatetags.shop import countdown, tone

S = Status
ICONS: dict[str, str] = {
    S.PENDING_REVIEW: "clock", S.PENDING_SUPPLEMENT: "wallet", S.PENDING_RETURN: "truck", S.PENDING_REFUND: "banknote",
    S.PENDING_RESHIP: "box", S.RESHIPPED: "truck", S.COMPLETED: "circle-check", S.REJECTED: "circle-alert",
    S.CANCELLED: "rotate-ccw", S.CLOSED: "lock",
}  # fmt: skip
# By the status and what the clock does at the deadline. {left}: the time until then.
BEFORE_DEADLINE: dict[tuple[str, str], "str | Promise"] = {
    (S.PENDING_REVIEW, Due.APPROVE): gettext_lazy(
        "The shop has {left} to respond. After that, your request is approved automatically."
    ),
    (S.PENDING_REVIEW, Due.OVERDUE): gettext_lazy("The shop has {left} to respond."),
    (S.PENDING_SUPPLEMENT, Due.CLOSE): gettext_lazy("Pay within {left}, or this ticket is closed."),
    (S.PENDING_RETURN, Due.CLOSE): gettext_lazy(
        "Send the goods and enter the tracking number within {left}, or this ticket is closed."
    ),
    (S.PENDING_REFUND, Due.RECEIVE): gettext_lazy(
        "The shop has {left} to check the goods. After that, you're refunded automatically."
    ),
    (S.REJECTED, Due.RECEIVE): gettext_lazy(
        "The shop has {left} to send your goods back. After that, your return counts as accepted."
    ),
    (S.PENDING_RESHIP, Due.RECEIVE): gettext_lazy(
        "The shop has {left} to check the goods. After that, they count as received."
    ),
    (S.PENDING_RESHIP, Due.OVERDUE): gettext_lazy(
        "The shop has {left} to send them. After that, you can get a refund instead."
    ),
    (S.RESHIPPED, Due.COMPLETE): gettext_lazy(
        "Confirm within {left} once they arrive. After that, this ticket is completed automatically."
    ),
    (S.RESHIPPED, Due.OVERDUE): gettext_lazy(
        "The shop has {left} to resend or refund it. After that, you can get a refund instead."
    ),
    (S.REJECTED, Due.CLOSE): gettext_lazy(
        "You can send a new request within {left}. After that, this ticket is closed."
    ),
}
CLOSED_BECAUSE: dict[str, "str | Promise"] = {
    S.PENDING_RETURN: gettext_lazy("The goods weren't sent back in time."),
    S.PENDING_SUPPLEMENT: gettext_lazy("The price difference wasn't paid in time."),
    S.REJECTED: gettext_lazy("The request was rejected and no new one was sent in time."),
}
PREPARING: dict[str, "str | Promise"] = {
    Type.EXCHANGE: gettext_lazy("The shop is preparing your replacement"),
    Type.REPAIR: gettext_lazy("The shop is repairing your goods"),
    Type.REISSUE: gettext_lazy("The shop is preparing the missing goods"),
}
SHIPPED: dict[str, "str | Promise"] = {
    Type.EXCHANGE: gettext_lazy("Your replacement is on its way"),
    Type.REPAIR: gettext_lazy("Your repaired goods are on their way"),
    Type.REISSUE: gettext_lazy("The missing goods are on their way"),
}
COMPLETED: dict[str, "str | Promise"] = {
    Type.EXCHANGE: gettext_lazy("Exchanged"),
    Type.REPAIR: gettext_lazy("Repaired"),
    Type.REISSUE: gettext_lazy("Resent"),
}


IN_KIND: dict[str, "str | Promise"] = {
    InKind.VOUCHER: gettext_lazy("Settled with a voucher"),
    InKind.GIFT: gettext_lazy("Settled with a gift"),
}


@dataclass(frozen=True)
class StatusText:
    """`sentence` is HTML with the countdown in it, "" where there is nothing to add; `tone` names its colours."""

    headline: str
    sentence: SafeString
    icon: str
    tone: str


def status_text(
    ticket: Ticket,
    now: datetime,
    parts: str = "",
    paid_back_by: str = "",
    arrives: str = "",
    sent_to: str = "",
) -> StatusText:
    """`parts`: how much of the money is back and how much is not, where a refund failed (`failed_refunds`).
    `paid_back_by`: how what is back was paid (`ticket_page.paid_back_by`). `arrives`: by when what is under way is
    there (`ticket_page.arrives`). `sent_to`: the account to which money that came back is on its way instead, as
    `Refund.redirected_to`."""
    action = pending_action(ticket, now)
    if owes_failed_refund(ticket):
        text = _("The shop knows and will try again or pay you another way. You don't need to do anything.")
        if bank_holds_failed_refund(ticket):
            text = held_text()
        sentence = conditional_escape(paragraph(parts, text))
        title = _("The bank sent your refund back") if refund_returned(ticket) else _("Your refund didn't go through")
        return StatusText(title, sentence, "circle-alert", "warn")
    if settlement_disputed(ticket):
        text = _("You reported that it didn't arrive. Platform support is looking into it.")
        return StatusText(_("Support is checking the payment"), conditional_escape(text), "circle-alert", "warn")
    if sent_to and pays_now(ticket):
        sentence = conditional_escape(redirected_text(sent_to, None))
        return StatusText(_on_its_way_to(sent_to), sentence, ICONS[S.PENDING_REFUND], tone(S.PENDING_REFUND))
    if ticket.status == S.COMPLETED and Alert.CHARGED_BACK in ticket.alerts:
        return StatusText(headline(ticket), conditional_escape(parts), ICONS[ticket.status], tone(ticket.status))
    if _more_follows(ticket):
        sentence = conditional_escape(parts or _("More of your money is on its way."))
        title = headline(ticket) if ticket.refunded_amount else _("Your refund is on its way")
        return StatusText(title, sentence, ICONS[ticket.status], tone(ticket.status))
    colour = "warn" if action is not None and action.late else tone(ticket.status)
    return StatusText(
        headline(ticket),
        conditional_escape(_sentence(ticket, action, paid_back_by, arrives)),
        ICONS[ticket.status],
        colour,
    )


def _more_follows(ticket: Ticket) -> bool:
    """Units came after the others had been refunded, and their refund has not arrived."""
    paid = ticket.status == S.COMPLETED and ticket.pays_money and not ticket.outcome
    return paid and ticket.refunded_amount < (ticket.approved_amount or 0)


def pays_now(ticket: Ticket) -> bool:
    """Nothing is left to do but to pay, and no bank decides."""
    paying = ticket.status == S.PENDING_REFUND and not awaits_goods(ticket) and not waits_for_bank(ticket)
    return paying or _more_follows(ticket)


def sent_on(tickets: Iterable[Ticket]) -> dict[int, str]:
    """Ticket id → `sent_to` of `status_text`. One statement, and none where no money is on its way."""
    paying = [ticket for ticket in tickets if pays_now(ticket)]
    return accounts_sent_to(paying) if paying else {}


def _on_its_way_to(account: str) -> str:
    if account == MERCHANT:
        return _("Your refund goes back to the shop first")
    return _("Your refund is on its way to %(account)s") % {"account": account_text(account)}


def headline(ticket: Ticket) -> str:
    if ticket.offered_at is not None:
        return _("You have an offer from the shop")
    match ticket.status:
        case S.PENDING_REVIEW:
            return _("Waiting for the shop")
        case S.PENDING_SUPPLEMENT:
            return _("Approved: pay the price difference of %(amount)s") % {
                "amount": format_money(ticket.price_difference, ticket.order.currency)
            }
        case S.PENDING_RETURN if ticket.pickup_open:
            return _("The courier has your parcel") if _is_collected(ticket) else _("A courier comes for your parcel")
        case S.PENDING_RETURN:
            return _("Approved: send the goods back")
        case S.PENDING_REFUND | S.PENDING_RESHIP if awaits_goods(ticket):
            return _("The shop is checking your goods") if ticket.arrived_at else _("Your return is on its way")
        case S.PENDING_REFUND if waits_for_bank(ticket):
            return _("Your refund waits for your bank")
        case S.PENDING_REFUND:
            return _("Your refund is on its way")
        case S.PENDING_RESHIP:
            return str(PREPARING[ticket.type])
        case S.RESHIPPED:
            return _reshipped(ticket)
        case S.REJECTED:
            if ticket.rejection_ground == RejectionGround.NOTHING_ARRIVED:
                return _("The shop says your parcel was empty")
            goods = ticket.goods_refused_at is not None
            return _("The shop refused your return") if goods else _("The shop rejected your request")
        case S.COMPLETED:
            return _completed(ticket)
    return _("You withdrew this request") if ticket.status == S.CANCELLED else _("This ticket is closed")


def _is_collected(ticket: Ticket) -> bool:
    """And the number by which it travels is not known yet."""
    return ticket.pickup is not None and ticket.pickup.status == PickupStatus.COLLECTED


def _reshipped(ticket: Ticket) -> str:
    if ticket.not_arrived_at is not None:
        return _("You reported that nothing arrived")
    return _("Your parcel didn't reach you") if ticket.lost_at else str(SHIPPED[ticket.type])


def _completed(ticket: Ticket) -> str:
    if ticket.outcome:
        return str(IN_KIND[ticket.outcome])
    if not ticket.pays_money:
        return str(COMPLETED[ticket.type])
    if Alert.CHARGED_BACK in ticket.alerts and not ticket.refunded_amount:
        return _("Paid back by the bank")
    return _("Refunded %(amount)s") % {"amount": format_money(ticket.refunded_amount, ticket.order.currency)}


def _sentence(ticket: Ticket, action: PendingAction | None, paid_back_by: str, arrives: str) -> str | SafeString:
    if action is None:
        return _ended(ticket, paid_back_by)
    if Alert.DOUBTFUL_TRACKING in ticket.alerts:
        return _("No courier knows this tracking number. Correct it so that your return can continue.")
    if ticket.gift_due_at is not None:
        late = _("The shop hasn't handed it over in time. You can call it.")
        left = format_html("<b>{}</b>", countdown(ticket.gift_due_at))
        return late if action.late else format_html(_("The shop has {left} to hand it over."), left=left)
    if ticket.offered_at is not None:
        return _("Accept or decline. If you don't respond, your ticket continues as before.")
    if waits_for_bank(ticket):
        return _("The payment was disputed, and the bank is deciding. So that nothing is paid twice, the refund waits.")
    if ticket.status == S.PENDING_RETURN and ticket.pickup_open:
        if _is_collected(ticket):
            return _("The courier has it. The tracking number is entered by itself as soon as it is known.")
        return _("Have it packed. You'll see here when it's on its way.")
    if action.late:
        return after_deadline(ticket, action.then)
    if (ticket.status, ticket.due_action) == (S.PENDING_REFUND, Due.OVERDUE):
        return arrives
    text = _before_deadline(ticket) if action.due_at else ""
    return format_html(text, left=format_html("<b>{}</b>", countdown(action.due_at))) if text else ""


def _before_deadline(ticket: Ticket) -> str:
    # Of refused goods, and of an empty parcel, there is nothing to apply for again.
    if (ticket.status, ticket.due_action) == (S.REJECTED, Due.CLOSE) and ticket.goods_refused_at is not None:
        return _("This ticket is closed in {left}.")
    if ticket.not_arrived_at is not None:
        return _("The shop has {left} to respond. After that, you can get a refund instead.")
    return str(BEFORE_DEADLINE.get((ticket.status, ticket.due_action), ""))


def _ended(ticket: Ticket, paid_back_by: str) -> str:
    if ticket.status == S.COMPLETED:
        return paid_back_by if ticket.pays_money and ticket.refunded_amount else ""
    return str(CLOSED_BECAUSE.get(ticket.closed_from, "")) if ticket.status == S.CLOSED else ""
