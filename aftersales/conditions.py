"""What the ticket machine asks of a ticket: the guards of its transitions, and where they lead. Pure."""

from collections.abc import Iterable
from typing import Any

from logistics.pickups.policy import BOOKINGS

from .states import (
    ENDED,
    GOODS_TYPES,
    MONEY_TYPES,
    OVERRIDE_OPEN,
    RETURN_TYPES,
    Alert,
    Due,
    FreightPayer,
    RejectionGround,
    Status,
    Type,
)

S = Status


def awaits_goods(ticket: Any) -> bool:
    """True while goods have to come back and were not counted."""
    return ticket.type in RETURN_TYPES and not ticket.returnless and ticket.received_at is None


def awaits_missing(ticket: Any) -> bool:
    """Units were counted as missing and may still be received here: of a return also after its end, of what is sent
    instead until it has left."""
    if not ticket.missing_quantity or ticket.received_at is None:
        return False
    if ticket.status in (S.PENDING_REFUND, S.COMPLETED):
        return ticket.type == Type.RETURN_REFUND
    return ticket.status == S.PENDING_RESHIP


def may_receive(ticket: Any) -> bool:
    if awaits_missing(ticket):
        return True
    # A ticket that was rejected before the goods were sent has no goods to receive. Refused ones may be accepted later.
    if ticket.status == S.REJECTED and ticket.goods_refused_at is None:
        return False
    # After the replacement was sent ahead, the old goods are still to be counted.
    if ticket.status in (S.RESHIPPED, S.COMPLETED) and not ticket.advance_exchange:
        return False
    return awaits_goods(ticket)


def may_ship_back(ticket: Any) -> bool:
    # Once a waybill was given, it may be corrected until the goods are counted.
    return awaits_goods(ticket) and (ticket.status == S.PENDING_RETURN or ticket.shipped_back_at is not None)


def may_book_pickup(ticket: Any) -> bool:
    """The goods are still with the buyer, the shop pays for their return, and the buyer knows where they go."""
    ready = awaits_goods(ticket) and ticket.shipped_back_at is None and ticket.return_address_id is not None
    free = not ticket.pickup_open and ticket.pickups_booked < BOOKINGS
    return ready and free and ticket.return_freight_payer == FreightPayer.MERCHANT


def pickup_is_open(ticket: Any) -> bool:
    return bool(ticket.pickup_open)


def may_refuse_goods(ticket: Any) -> bool:
    return awaits_goods(ticket) and ticket.shipped_back_at is not None


def goods_not_refused(ticket: Any) -> bool:
    # The shop has the goods then. It accepts them by `receive` or returns them by `return_goods`; the application is
    # neither changed nor approved any more.
    return ticket.goods_refused_at is None


def holds_refused_goods(ticket: Any) -> bool:
    # Of an empty parcel there is nothing to send back, and nothing that is kept.
    empty = ticket.rejection_ground == RejectionGround.NOTHING_ARRIVED
    return ticket.goods_refused_at is not None and ticket.goods_returned_at is None and not empty


def replacement_missing(ticket: Any) -> bool:
    """Its parcel is known to be lost, or the buyer says that nothing came."""
    return ticket.lost_at is not None or ticket.not_arrived_at is not None


def is_lost(ticket: Any) -> bool:
    return ticket.lost_at is not None


def may_report_missing(ticket: Any) -> bool:
    # Once for each parcel: after a proof of its arrival a dispute decides, or the 14 days would never end.
    return not replacement_missing(ticket) and ticket.arrival_proven_at is None


def reported_missing(ticket: Any) -> bool:
    return ticket.not_arrived_at is not None


def may_reship(ticket: Any) -> bool:
    return ticket.status == S.PENDING_RESHIP or replacement_missing(ticket)


def may_convert(ticket: Any) -> bool:
    # With the replacement under way the buyer would get goods and money, unless its parcel was lost.
    return ticket.type in GOODS_TYPES and (ticket.status != S.RESHIPPED or replacement_missing(ticket))


def may_offer(ticket: Any) -> bool:
    # A refund that waits for no goods was agreed on and is under way: nothing is left to propose.
    return ticket.status in (S.PENDING_REVIEW, S.PENDING_RESHIP) or awaits_goods(ticket)


def has_offer(ticket: Any) -> bool:
    return ticket.offered_at is not None


def may_object_to_note(ticket: Any) -> bool:
    # Before the money flows nothing was paid yet, and the ticket may still come to another amount.
    paying = ticket.status in (S.PENDING_REFUND, S.COMPLETED) and not awaits_goods(ticket)
    return ticket.noted_at is not None and ticket.objected_at is None and paying


def may_object_to_settlement(ticket: Any) -> bool:
    return ticket.by_hand_at is not None


def may_object(ticket: Any) -> bool:
    return may_object_to_note(ticket) or may_object_to_settlement(ticket)


def gift_due(ticket: Any) -> bool:
    return ticket.gift_due_at is not None


def refund_failed(ticket: Any) -> bool:
    """A refund was refused for good, or sent back by the bank, and neither tried again nor settled by hand."""
    return Alert.REFUND_FAILED in ticket.alerts or refund_returned(ticket)


def refund_returned(ticket: Any) -> bool:
    return Alert.REFUND_RETURNED in ticket.alerts


def owes_failed_refund(ticket: Any) -> bool:
    """Nothing else is left to do on the ticket: the shop owes money that could not be paid out."""
    paying = ticket.status == S.PENDING_REFUND and not awaits_goods(ticket)
    return refund_failed(ticket) and (paying or ticket.status in ENDED)


def waits_for_bank(ticket: Any) -> bool:
    """Nothing is left to do but to pay, and a chargeback is open: nobody has to act before the bank has decided."""
    paying = ticket.status == S.PENDING_REFUND and not awaits_goods(ticket)
    return paying and Alert.CHARGEBACK_OPEN in ticket.alerts and not refund_failed(ticket)


def bank_holds_failed_refund(ticket: Any) -> bool:
    """The same, and a bank decides on a chargeback of the payments that they go back along: what it holds is not paid
    another way until then. Where it holds only some of them, the shop sees to the others."""
    return owes_failed_refund(ticket) and bool(ticket.refund_held)


def has_override(ticket: Any) -> bool:
    return ticket.override in OVERRIDE_OPEN


def came_after_refund(ticket: Any) -> bool:
    """The buyer has goods that were refunded because they had not arrived, and nobody noted what was agreed on."""
    return Alert.DELIVERED_AFTER_REFUND in ticket.alerts


def paid_for_nothing(ticket: Any) -> bool:
    """A refund of units that the buyer did not send back: goods instead of money, a claim or a voucher are none."""
    paid = ticket.type in MONEY_TYPES and ticket.takes_units and not ticket.outcome
    return paid and not awaits_goods(ticket) and not came_after_refund(ticket)


def settlement_disputed(ticket: Any) -> bool:
    return ticket.settlement_objected_at is not None


def no_objection(ticket: Any) -> bool:
    return not ticket.objection


def may_apply_again(ticket: Any) -> bool:
    """Rejected, and the clock that closes it is running."""
    return ticket.status == S.REJECTED and ticket.due_action == Due.CLOSE and goods_not_refused(ticket)


def waits_for_buyer(ticket: Any) -> bool:
    """The next step is the buyer's: the same as `selectors.buyers_turn.WAITS_FOR_BUYER`, of one ticket."""
    if ticket.offered_at is not None or may_apply_again(ticket):
        return True
    if ticket.status == S.PENDING_SUPPLEMENT or (ticket.status == S.PENDING_RETURN and not ticket.pickup_open):
        return True
    if ticket.status == S.RESHIPPED:
        return not replacement_missing(ticket)
    doubtful = Alert.DOUBTFUL_TRACKING in ticket.alerts and awaits_goods(ticket)
    return doubtful and ticket.status in (S.PENDING_REFUND, S.PENDING_RESHIP)


def waits_for_support(ticket: Any) -> bool:
    """An objection that a manager rejected, or left undecided beyond their time."""
    late = ticket.status == S.REJECTED or ticket.overdue_since is not None
    return ticket.objection and late


def money_may_flow(ticket: Any) -> bool:
    # S-090: the goods come back first.
    return not awaits_goods(ticket)


def before_end(ticket: Any) -> str:
    """The status that an ended or rejected ticket goes back to."""
    before: str = ticket.closed_from if ticket.status == S.CLOSED else ticket.rejected_from
    return before


def after_approval(ticket: Any) -> str:
    if ticket.type == Type.REFUND_ONLY:
        return S.PENDING_REFUND
    if ticket.type == Type.REISSUE:
        return S.PENDING_RESHIP
    # The difference is paid first, so that no goods are sent in for an exchange that the buyer does not pay.
    if ticket.price_difference > 0 and ticket.difference_payment_id is None:
        return S.PENDING_SUPPLEMENT
    if not awaits_goods(ticket):
        return S.PENDING_REFUND if ticket.type == Type.RETURN_REFUND else S.PENDING_RESHIP
    return S.PENDING_RETURN


def on_the_way_back(ticket: Any) -> str:
    return S.PENDING_REFUND if ticket.type in MONEY_TYPES else S.PENDING_RESHIP


def decided(alerts: Iterable[str]) -> list[str]:
    """The alerts of a ticket that somebody has decided on: nobody has to be warned before they approve it. Ended
    without a decision it keeps that one, because it may be reopened."""
    return without(Alert.KEYWORD_MISMATCH, alerts)


def without_doubt(alerts: Iterable[str]) -> list[str]:
    """The alerts of a ticket whose goods are known to be there, or on their way."""
    return without(Alert.DOUBTFUL_TRACKING, alerts)


def without(gone: Alert, alerts: Iterable[str]) -> list[str]:
    return [alert for alert in alerts if alert != gone]
