"""Which moves of a ticket are events, under which name (docs/events.md), and which are none."""

ASSIGNMENT = frozenset({"take", "hand_over", "release"})
# The pickup has events of its own.
PICKUP = frozenset({"book_pickup", "cancel_pickup", "end_pickup"})
# Moves that only people of the shop and support read, and after which the ticket is what it was.
INTERNAL = ASSIGNMENT | {"endorse", "break_glass", "review_override"}
# Who works on it, who agreed to it, and who carries what goes back, is nothing that is decided on: neither does it end
# an offer, nor does anybody have to look at the ticket again.
UNDECIDED = INTERNAL | PICKUP

EVENTS = {
    "apply": "ticket.requested",
    "amend": "ticket.amended",
    "approve": "ticket.approved",
    "reject": "ticket.rejected",
    "offer": "offer.made",
    "accept_offer": "offer.accepted",
    "decline_offer": "offer.declined",
    "take_offer_back": "offer.taken_back",
    "object": "offer.objected",
    "rule_objection": "ticket.ruled",
    "rule_settlement": "ticket.ruled",
    "withdraw": "ticket.withdrawn",
    "ship_back": "ticket.shipped_back",
    "receive": "ticket.received",
    "refuse_goods": "ticket.goods_refused",
    "reship": "ticket.reshipped",
    "not_arrived": "ticket.not_arrived",
    "prove_arrival": "ticket.arrival_proven",
    "convert": "ticket.converted",
    "confirm_replacement": "ticket.completed",
    "settle": "ticket.completed",
    "settle_in_kind": "ticket.completed",
    "hand_over_gift": "ticket.gift_handed_over",
    "close": "ticket.closed",
    "reopen": "ticket.reopened",
    "overdue": "ticket.overdue",
}

# No event of the ticket, because another one reports it: the parcel's for goods that arrive (also after their refund),
# get lost or are sent back, the refund's for its failure and return, the chargeback's for what the bank paid, the
# dispute's for a suspension. A difference is paid by a call of the shop's own system, which knows; what shop and buyer
# agree on after a late delivery, both know.
NO_NEWS = frozenset({
    "arrive", "lose_replacement", "find_replacement", "return_goods", "refund_failed", "refund_returned",
    "refund_redirected",
    "charged_back", "pay_difference", "deliver_after_refund", "agree_on_delivery",
    "suspend", "resume", "doubt_tracking", "trust_tracking", "send_back_lost", "mark_duty", *PICKUP, *INTERNAL,
})  # fmt: skip
