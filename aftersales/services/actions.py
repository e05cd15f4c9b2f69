"""What a caller may do with a ticket now: the machine, and the few rules that look beyond the state."""

from collections.abc import Callable
from datetime import datetime

from accounts.shop_settings.second_approval import threshold
from kernel.actors import BUYER, MERCHANT, SUPPORT, Actor
from logistics import couriers
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..conditions import awaits_goods
from ..models import Ticket
from ..policy import objections
from ..rules.eligibility import kept_back
from ..selectors.refunds.settlers import settlers_of
from ..states import Status, Type
from .authority import is_own, may_review, within_level

# Transitions that have an endpoint; the others are the system's.
ENDPOINTS = frozenset({
    "withdraw", "amend", "approve", "reject", "offer", "accept_offer", "decline_offer", "pay_difference", "ship_back",
    "receive", "refuse_goods", "return_goods", "reship", "confirm_replacement", "not_arrived", "prove_arrival",
    "convert", "reopen", "object", "rule_objection", "rule_settlement", "hand_over_gift", "agree_on_delivery",
    "take", "hand_over", "endorse", "break_glass", "review_override", "book_pickup", "cancel_pickup",
})  # fmt: skip


def buyer_may_convert(ticket: Ticket) -> bool:
    """The merchant is late with the replacement, and has the goods (or none are due)."""
    # Before that the shop still has its time to send the replacement, and the buyer chose an exchange.
    late = ticket.overdue_since is not None and ticket.status in (Status.PENDING_RESHIP, Status.RESHIPPED)
    return late and not awaits_goods(ticket)


def refund_instead(ticket: Ticket) -> str:
    """The type that `convert` gives this ticket so that the buyer has nothing more to do: a return where the goods came
    back, else a refund without return."""
    return Type.RETURN_REFUND if ticket.received_at is not None else Type.REFUND_ONLY


def may_apply_for_buyer(order: Order, actor: Actor) -> bool:
    """Whether merchant or support may open a ticket on this order on the buyer's behalf."""
    if actor.kind not in (MERCHANT, SUPPORT) or order.status == OrderStatus.PENDING_PAYMENT:
        return False
    if actor.simple:  # only of what has not left (S-161)
        return order.status == OrderStatus.PAID
    return order.status != OrderStatus.CLOSED or kept_back(order, order.lines.all()) > 0


def may_endorse(ticket: Ticket, actor: Actor, now: datetime) -> bool:
    """Whether two people are needed here, and this could be one of them; how long a manager has been one is asked by
    the service."""
    if "endorse" not in ticket.allowed_to(actor):
        return False
    leads = actor.is_manager or (actor.kind == SUPPORT and actor.role == "supervisor")
    return leads and ticket.applied_by_id != actor.user_id and threshold(ticket.shop, now) is not None


def may_break_glass(ticket: Ticket, actor: Actor, now: datetime) -> bool:
    """Whether something limits a manager here, and no objection that support upheld keeps them from deciding alone; the
    service asks how long they have been one, and how many of theirs wait for a review."""
    if "break_glass" not in ticket.allowed_to(actor) or not actor.is_manager:
        return False
    if actor.barred_until is not None and actor.barred_until > now:
        return False
    limited = actor.daily_limit is not None or threshold(ticket.shop, now) is not None
    return limited and ticket.applied_by_id != actor.user_id


def may_rule_settlement(ticket: Ticket, actor: Actor) -> bool:
    """Support, unless this person is one of the two who settled what the buyer objects to."""
    return "rule_settlement" in ticket.allowed_to(actor) and actor.user_id not in settlers_of(ticket)


def offers_pickup(ticket: Ticket) -> bool:
    """Whether any courier comes at all, and goes to the shop's address. Their prices, and so the shop's standard, are
    in CNY."""
    source = couriers.pickups()
    if source is None or ticket.order.currency != "CNY":
        return False
    address = str((ticket.return_address_copy or {}).get("address", ""))
    return source.address_fault(address) is None


_ASKS: dict[str, Callable[[Ticket, Actor, datetime], bool]] = {
    "book_pickup": lambda ticket, actor, now: offers_pickup(ticket),
    "cancel_pickup": lambda ticket, actor, now: ticket.pickup is not None and ticket.pickup.may_be_cancelled,
    "object": lambda ticket, actor, now: bool(objections(ticket, now)),
    "endorse": may_endorse,
    "break_glass": may_break_glass,
    "rule_settlement": lambda ticket, actor, now: may_rule_settlement(ticket, actor),
    "review_override": lambda ticket, actor, now: may_review(ticket, actor),
}


def allowed_actions(ticket: Ticket, actor: Actor, *, now: datetime) -> list[str]:
    """Names as in the URL ("ship-back"), in the order of the machine."""
    names = [name for name in ticket.allowed_to(actor) if name in ENDPOINTS and within_level(ticket, name, actor)]
    if actor.kind == BUYER and not buyer_may_convert(ticket):
        # The machine checks actor and state only; that the shop is late is checked here.
        names = [name for name in names if name != "convert"]
    names = [name for name in names if name not in _ASKS or _ASKS[name](ticket, actor, now)]
    if is_own(ticket, actor):
        names = [name for name in names if name != "approve"]
    return [name.replace("_", "-") for name in names]
