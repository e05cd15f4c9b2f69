"""What an application leads to, in words: the steps with the deadlines of the order's policy, who pays the freight of
sending back, and the message after it was sent."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Policy
from kernel.money import ZERO
from web.money import format_money

from ..machine import after_approval
from ..models import Reason, Ticket
from ..policy import clock_may_approve
from ..rules.amounts import Quote
from ..rules.facts import Facts
from ..states import RETURN_TYPES, Due, Fault, Status, Type


@dataclass(frozen=True)
class Step:
    title: str
    text: str


def next_steps(facts: Facts, quote: Quote, *, at_once: bool) -> list[Step]:
    """What happens after sending, in order, and by when (part C)."""
    if at_once:
        return [Step(_("You submit"), _("Nothing was shipped, so nobody has to approve it.")), _money_step()]
    policy, steps = facts.policy, [_review(facts)]
    if quote.price_difference > 0:
        hours = _hours(policy.supplement_hours)
        steps.append(
            Step(_("You pay the difference"), _("Within %(time)s, else the ticket is closed.") % {"time": hours})
        )
    if facts.type in RETURN_TYPES and not all(requested.line.virtual for requested in facts.requested_lines):
        steps += [_send_back(policy), _receive(policy)]
    if facts.type in (Type.REFUND_ONLY, Type.RETURN_REFUND):
        return [*steps, _money_step()]
    return [*steps, _reship(facts), _confirm(policy)]


def _review(facts: Facts) -> Step:
    # Not saved: `clock_may_approve` judges a ticket, and there is none before the application is sent.
    draft = Ticket(type=facts.type, received=facts.received, claimed_amount=facts.claimed, alerts=[])
    hours = {"time": _hours(facts.policy.review_hours)}
    if clock_may_approve(draft):
        return Step(
            _("The shop decides"), _("Within %(time)s; without an answer it is approved automatically.") % hours
        )
    return Step(_("The shop decides"), _("Within %(time)s; later than that it counts as overdue.") % hours)


def _send_back(policy: Policy) -> Step:
    days = {"time": _days(policy.ship_back_days)}
    text = _("Within %(time)s of the approval, to the address shown then; else the ticket is closed.")
    return Step(_("You send the goods back"), text % days)


def _receive(policy: Policy) -> Step:
    hours = {"time": _hours(policy.receive_after_delivery_hours)}
    text = _("Within %(time)s of the arrival; without an answer they count as received.")
    return Step(_("The shop checks the goods"), text % hours)


def _reship(facts: Facts) -> Step:
    title = _("The shop sends the repaired goods") if facts.type == Type.REPAIR else _("The shop sends the new goods")
    days = {"time": _days(facts.policy.reship_days)}
    if facts.type == Type.REISSUE:
        return Step(title, _("Within %(time)s of the approval.") % days)
    return Step(title, _("Within %(time)s of receiving yours.") % days)


def _confirm(policy: Policy) -> Step:
    days = {"time": _days(policy.replacement_confirm_days)}
    return Step(_("You confirm the arrival"), _("After %(time)s it is completed automatically.") % days)


def _money_step() -> Step:
    text = _("By the way you paid. It usually arrives within 1–2 working days.")  # S-057, S-059
    return Step(_("The money goes back"), text)


def _hours(number: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", number) % {"n": number}


def _days(number: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


def approval(ticket: Ticket) -> str:
    """What an approval leads to, for the person who is about to approve (S-081…S-084)."""
    match after_approval(ticket):
        case Status.PENDING_REFUND:
            return _("The money goes back to the buyer at once. No goods come back.")
        case Status.PENDING_SUPPLEMENT:
            difference = {"amount": format_money(ticket.price_difference, ticket.order.currency)}
            return _("The buyer pays the difference of %(amount)s first. After that it goes on.") % difference
        case Status.PENDING_RESHIP:
            return _("No goods come back. You send the goods to the buyer next.")
    texts = {
        Type.EXCHANGE: _("The buyer gets the return address. You send the replacement once the goods are there."),
        Type.REPAIR: _("The buyer gets the return address. You repair the goods and send them back."),
    }
    default = _("The buyer gets the return address. The money goes back once you have received the goods.")
    return texts.get(Type(ticket.type), default)


def receiving(ticket: Ticket) -> str:
    """What receiving the goods leads to, for the person who counts them."""
    if ticket.type == Type.RETURN_REFUND:
        # An amount was approved for every return that is on its way.
        amount = {"amount": format_money(ticket.approved_amount or ZERO, ticket.order.currency)}
        return _("If all of it arrived, %(amount)s is refunded at once. Missing units are never refunded.") % amount
    if ticket.type == Type.EXCHANGE:
        return _("Sellable units go back to stock; the replacement can be sent then.")
    return _("The repair can begin then.")


def return_freight(reason: Reason, policy: Policy, currency: str) -> str:
    """Who pays for sending back where this is the reason (S-063…S-067); "": nothing is sent back.
    `currency`: of the order."""
    if reason.type not in RETURN_TYPES:
        return ""
    if reason.fault == Fault.BUYER:
        return _("You pay the freight of sending it back.")
    if policy.return_freight_standard is None:
        return _("The shop pays the freight of sending it back. You advance it.")
    limit = {"amount": format_money(policy.return_freight_standard, currency)}
    return _("The shop pays the freight of sending it back, up to %(amount)s. You advance it.") % limit


def was_sent(ticket: Ticket, now: datetime) -> str:
    """What the buyer reads right after sending an application."""
    if ticket.status == Status.PENDING_REFUND:
        return _("Sent. Nothing was shipped, so the money is on its way back by the way you paid.")
    if ticket.due_at is None or ticket.due_at <= now:
        return _("Sent. The shop has to decide now.")
    by = {"date": timezone.localtime(ticket.due_at).strftime("%m-%d %H:%M")}
    if ticket.due_action == Due.APPROVE:
        return _("Sent. The shop decides by %(date)s; without an answer it is approved automatically.") % by
    return _("Sent. The shop decides by %(date)s.") % by
