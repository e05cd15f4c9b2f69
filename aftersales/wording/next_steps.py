"""What an application leads to, in words: the steps with the deadlines of the order's policy, who pays the freight of
sending back, and the message after it was sent."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Policy
from kernel.languages import paragraph
from kernel.money import ZERO
from refunds.policy import working_days
from web.money import format_money

from ..conditions import after_approval, awaits_missing
from ..models import Reason, Ticket
from ..policy import clock_may_approve
from ..rules.amounts import Quote
from ..rules.eligibility import changes_product
from ..rules.facts import Facts
from ..states import RETURN_TYPES, Due, Fault, Status, Type


@dataclass(frozen=True)
class Step:
    title: str
    text: str


def next_steps(facts: Facts, quote: Quote, *, at_once: bool) -> list[Step]:
    """What happens after sending, in order, and by when (part C)."""
    if at_once:
        return [
            Step(_("You send your request"), _("Nothing has shipped, so no approval is needed.")),
            _money_step(quote),
        ]
    policy, steps = facts.policy, [_review(facts)]
    if quote.price_difference > 0:
        hours = _hours(policy.supplement_hours)
        steps.append(
            Step(_("You pay the difference"), _("Within %(time)s, or the ticket is closed.") % {"time": hours})
        )
    if facts.type in RETURN_TYPES and not all(requested.line.virtual for requested in facts.requested_lines):
        steps += [_send_back(policy), _receive(policy)]
    if facts.type in (Type.REFUND_ONLY, Type.RETURN_REFUND):
        return [*steps, _money_step(quote)]
    return [*steps, _reship(facts), _confirm(policy)]


def _review(facts: Facts) -> Step:
    # Not saved: `clock_may_approve` judges a ticket, and there is none before the application is sent.
    draft = Ticket(
        type=facts.type,
        received=facts.received,
        claimed_amount=facts.claimed,
        alerts=[],
        other_product=changes_product(facts),
    )
    hours = {"time": _hours(facts.policy.review_hours)}
    if clock_may_approve(draft):
        return Step(_("The shop reviews it"), _("Within %(time)s. After that, it's approved automatically.") % hours)
    return Step(_("The shop reviews it"), _("Within %(time)s. After that, it's overdue.") % hours)


def _send_back(policy: Policy) -> Step:
    days = {"time": _days(policy.ship_back_days)}
    text = _("Within %(time)s of approval, to the address you'll see then. Otherwise the ticket is closed.")
    return Step(_("You send the goods back"), text % days)


def _receive(policy: Policy) -> Step:
    hours = {"time": _hours(policy.receive_after_delivery_hours)}
    text = _("Within %(time)s of delivery. After that, they count as received.")
    return Step(_("The shop checks the goods"), text % hours)


def _reship(facts: Facts) -> Step:
    title = _("The shop sends the repaired goods") if facts.type == Type.REPAIR else _("The shop sends the new goods")
    days = {"time": _days(facts.policy.reship_days)}
    if facts.type == Type.REISSUE:
        return Step(title, _("Within %(time)s of the approval.") % days)
    return Step(title, _("Within %(time)s of receiving your parcel.") % days)


def _confirm(policy: Policy) -> Step:
    days = {"time": _days(policy.replacement_confirm_days)}
    return Step(_("You confirm it arrived"), _("After %(time)s, the ticket is completed automatically.") % days)


def _money_step(quote: Quote) -> Step:
    """By when, as the refund itself says once it is sent (`refunds.policy.arrives`; S-057, S-059)."""
    if not quote.tenders:  # nobody knows yet along which payment, because a bank decides
        return Step(_("You get your money back"), _("To your original payment method."))
    days = max(working_days(payment.channel) for payment, _amount in quote.tenders)
    if not days:
        return Step(_("You get your money back"), _("To your original payment method, usually right away."))
    text = ngettext(
        "To your original payment method, at the latest %(n)d working day after it is sent.",
        "To your original payment method, at the latest %(n)d working days after it is sent.",
        days,
    )
    return Step(_("You get your money back"), text % {"n": days})


def _hours(number: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", number) % {"n": number}


def _days(number: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


def approval(ticket: Ticket) -> str:
    """What an approval leads to, for the person who is about to approve (S-081…S-084)."""
    match after_approval(ticket):
        case Status.PENDING_REFUND:
            return _("The buyer is refunded right away. Nothing is returned.")
        case Status.PENDING_SUPPLEMENT:
            difference = {"amount": format_money(ticket.price_difference, ticket.order.currency)}
            return _("The buyer pays the price difference of %(amount)s first.") % difference
        case Status.PENDING_RESHIP:
            return _("Nothing is returned. Next, you send the goods to the buyer.")
    texts = {
        Type.EXCHANGE: _("The buyer gets the return address. Once the goods arrive, you send the replacement."),
        Type.REPAIR: _("The buyer gets the return address. You repair the goods and send them back."),
    }
    default = _("The buyer gets the return address. Once you've received the goods, they're refunded.")
    return texts.get(Type(ticket.type), default)


def rejection(*, needed: bool, possible: bool, leaves: bool) -> str:
    """What stands in the way of a rejection, or comes of it; "": what comes of any (B-05, B-18)."""
    if leaves:
        return _("These goods haven't left yet. Rejecting ships them: enter the tracking number.")
    if needed and not possible:
        return _("The buyer has the right to return this without a reason, and no legal ground against it applies.")
    return ""


def receiving(ticket: Ticket) -> str:
    """What receiving the goods leads to, for the person who counts them."""
    if awaits_missing(ticket):
        return _late(ticket)
    then = _receiving(ticket)
    if ticket.status != Status.PENDING_RETURN:
        return then
    asked = _("The buyer hasn't entered a tracking number. Only confirm if everything is here and nothing is missing.")
    return paragraph(asked, then)


def _receiving(ticket: Ticket) -> str:
    if ticket.type == Type.RETURN_REFUND:
        # An amount was approved for every return that is on its way.
        amount = {"amount": format_money(ticket.approved_amount or ZERO, ticket.order.currency)}
        return _("If everything arrived, %(amount)s is refunded right away. Missing units are never refunded.") % amount
    if ticket.type == Type.EXCHANGE:
        return _("Sellable units go back into stock. You can then send the replacement.")
    return _("You can then start the repair.")


def _late(ticket: Ticket) -> str:
    """Of units that come after the others were counted."""
    if ticket.type == Type.RETURN_REFUND:
        return _("Enter only the missing units that came late. Their refund follows on this ticket.")
    return _("Enter only the missing units that came late. What you send then includes them.")


def return_freight(reason: Reason, policy: Policy, currency: str) -> str:
    """Who pays for sending back where this is the reason (S-063…S-067); "": nothing is sent back.
    `currency`: of the order where it is the shop's, in which the standard is; "": the order is in another one."""
    if reason.type not in RETURN_TYPES:
        return ""
    if reason.fault == Fault.BUYER:
        return _("You pay for return shipping.")
    if policy.return_freight_standard is None or not currency:
        return _("The shop pays for return shipping. You pay first and are reimbursed.")
    limit = {"amount": format_money(policy.return_freight_standard, currency)}
    return _("The shop pays for return shipping, up to %(amount)s. You pay first and are reimbursed.") % limit


def was_sent(ticket: Ticket, now: datetime) -> str:
    """What the buyer reads right after sending an application."""
    if ticket.status == Status.PENDING_REFUND:
        return _("Request sent. Nothing had shipped, so your refund is on its way to your original payment method.")
    if ticket.due_at is None or ticket.due_at <= now:
        return _("Request sent. The shop is reviewing it.")
    by = {"date": timezone.localtime(ticket.due_at).strftime("%m-%d %H:%M")}
    if ticket.due_action == Due.APPROVE:
        return (
            _("Request sent. The shop has until %(date)s to review it. After that, it's approved automatically.") % by
        )
    return _("Request sent. The shop has until %(date)s to review it.") % by
