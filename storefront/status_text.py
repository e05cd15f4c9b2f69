"""The status of a ticket in words for its buyer: a headline, and who must act by when and what happens then (ux 1).

Only words are here. What is due, who is late and what the clock does then come from the ticket and from
`aftersales.selectors.pending_action`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.machine import awaits_goods
from aftersales.models import Ticket
from aftersales.selectors.pending_action import PendingAction, pending_action
from aftersales.services.actions import buyer_may_convert
from aftersales.states import Due, Status, Type
from web.money import format_money

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
        "The shop has {left} to answer; without an answer your application is approved automatically."
    ),
    (S.PENDING_REVIEW, Due.OVERDUE): gettext_lazy("The shop has {left} to answer."),
    (S.PENDING_SUPPLEMENT, Due.CLOSE): gettext_lazy("Pay within {left}; after that this ticket is closed."),
    (S.PENDING_RETURN, Due.CLOSE): gettext_lazy(
        "Send the goods and enter the tracking number within {left}; after that this ticket is closed."
    ),
    (S.PENDING_REFUND, Due.RECEIVE): gettext_lazy(
        "The shop has {left} to check the goods; after that the money goes back automatically."
    ),
    (S.PENDING_REFUND, Due.OVERDUE): gettext_lazy("The money goes back the way it came, usually within {left}."),
    (S.PENDING_RESHIP, Due.RECEIVE): gettext_lazy(
        "The shop has {left} to check the goods; after that they count as received."
    ),
    (S.PENDING_RESHIP, Due.OVERDUE): gettext_lazy(
        "The shop has {left} to send them; after that you can ask for a refund instead."
    ),
    (S.RESHIPPED, Due.COMPLETE): gettext_lazy(
        "Confirm once they are there, within {left}; after that this ticket is completed automatically."
    ),
    (S.RESHIPPED, Due.OVERDUE): gettext_lazy(
        "The shop has {left} to send them again; after that you can ask for a refund instead."
    ),
    (S.REJECTED, Due.CLOSE): gettext_lazy("You can apply again within {left}; after that this ticket is closed."),
}
AFTER_DEADLINE: dict[str, "str | Promise"] = {
    S.PENDING_REVIEW: gettext_lazy("The shop is late with its answer. Call it if you do not want to wait."),
    S.PENDING_REFUND: gettext_lazy("This takes longer than usual. The shop has been told and looks after it."),
    S.PENDING_RESHIP: gettext_lazy("The shop is late with sending them."),
    S.RESHIPPED: gettext_lazy("The shop is late with sending them again."),
}
CLOSED_BECAUSE: dict[str, "str | Promise"] = {
    S.PENDING_RETURN: gettext_lazy("The goods were not sent back in time."),
    S.PENDING_SUPPLEMENT: gettext_lazy("The difference was not paid in time."),
    S.REJECTED: gettext_lazy("It was refused, and nobody applied again in time."),
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
    Type.REISSUE: gettext_lazy("Sent again"),
}


@dataclass(frozen=True)
class StatusText:
    """`sentence` is HTML with the countdown in it, "" where there is nothing to add; `tone` names its colours."""

    headline: str
    sentence: SafeString
    icon: str
    tone: str


def status_text(ticket: Ticket, now: datetime) -> StatusText:
    action = pending_action(ticket, now)
    colour = "warn" if action is not None and action.late else tone(ticket.status)
    return StatusText(headline(ticket), conditional_escape(_sentence(ticket, action)), ICONS[ticket.status], colour)


def headline(ticket: Ticket) -> str:
    match ticket.status:
        case S.PENDING_REVIEW:
            return _("Waiting for the shop's answer")
        case S.PENDING_SUPPLEMENT:
            return _("The shop has agreed: pay the difference of %(amount)s") % {
                "amount": format_money(ticket.price_difference, ticket.order.currency)
            }
        case S.PENDING_RETURN:
            return _("The shop has agreed: send the goods back")
        case S.PENDING_REFUND | S.PENDING_RESHIP if awaits_goods(ticket):
            return _("The shop is checking your goods") if ticket.arrived_at else _("Your goods are on their way back")
        case S.PENDING_REFUND:
            return _("Your money is on its way")
        case S.PENDING_RESHIP:
            return str(PREPARING[ticket.type])
        case S.RESHIPPED:
            return _("Your parcel got lost") if ticket.lost_at else str(SHIPPED[ticket.type])
        case S.REJECTED:
            goods = ticket.goods_refused_at is not None
            return _("The shop refused the goods you sent") if goods else _("The shop refused your application")
        case S.COMPLETED:
            return _completed(ticket)
    return _("You withdrew this application") if ticket.status == S.CANCELLED else _("This ticket is closed")


def _completed(ticket: Ticket) -> str:
    if not ticket.pays_money:
        return str(COMPLETED[ticket.type])
    return _("%(amount)s refunded") % {"amount": format_money(ticket.refunded_amount, ticket.order.currency)}


def _sentence(ticket: Ticket, action: PendingAction | None) -> str | SafeString:
    if action is None:
        return _ended(ticket)
    if action.late:
        return _late(ticket, action.then)
    text = _before_deadline(ticket) if action.due_at else ""
    return format_html(text, left=format_html("<b>{}</b>", countdown(action.due_at))) if text else ""


def _before_deadline(ticket: Ticket) -> str:
    # Refused goods are on their way back: there is nothing to apply for again.
    if ticket.status == S.REJECTED and ticket.goods_refused_at is not None:
        return _("This ticket is closed in {left}.")
    return str(BEFORE_DEADLINE.get((ticket.status, ticket.due_action), ""))


def _late(ticket: Ticket, then: str) -> str:
    """The deadline has passed. Either the clock is about to act, or somebody is late with what only they can do."""
    if then:
        return _("Time is up. In a moment this is %(then)s.") % {"then": then}
    late = str(AFTER_DEADLINE.get(ticket.status, ""))
    return f"{late} {_('You can ask for a refund instead.')}" if buyer_may_convert(ticket) else late


def _ended(ticket: Ticket) -> str:
    if ticket.status == S.COMPLETED:
        return _("It went back the way you paid.") if ticket.pays_money and ticket.refunded_amount else ""
    return str(CLOSED_BECAUSE.get(ticket.closed_from, "")) if ticket.status == S.CLOSED else ""
