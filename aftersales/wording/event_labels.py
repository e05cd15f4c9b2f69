"""What the events of a ticket's history are called, on every page."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.remarks import action_in_words

EVENT_LABELS: dict[str, "str | Promise"] = {
    "apply": _("Request sent"),
    "amend": _("Edited and resent"),
    "withdraw": _("Withdrawn"),
    "approve": _("Approved"),
    "reject": _("Rejected"),
    "offer": _("Offer made"),
    "accept_offer": _("Offer accepted"),
    "decline_offer": _("Offer declined"),
    "take_offer_back": _("Offer taken back by the shop"),
    "object": _("Buyer objected"),
    "rule_objection": _("Objection decided"),
    "rule_settlement": _("Objection to the settlement decided"),
    "pay_difference": _("Difference paid"),
    "ship_back": _("Goods sent back"),
    "book_pickup": _("Pickup booked"),
    "cancel_pickup": _("Pickup cancelled by the buyer"),
    "end_pickup": _("The pickup didn't take place"),
    "arrive": _("Return parcel delivered"),
    "receive": _("Goods received"),
    "refuse_goods": _("Goods refused"),
    "return_goods": _("Refused goods sent back"),
    "reship": _("Replacement sent"),
    "lose_replacement": _("Replacement lost"),
    "find_replacement": _("Lost parcel turned up"),
    "not_arrived": _("Reported as not arrived"),
    "prove_arrival": _("Arrival proven"),
    "confirm_replacement": _("Arrival confirmed"),
    "convert": _("Converted to a refund"),
    "settle": _("Refunded"),
    "settle_in_kind": _("Ended with a voucher or a gift"),
    "hand_over_gift": _("Voucher or gift handed over"),
    "deliver_after_refund": _("Delivered after the refund"),
    "agree_on_delivery": _("Agreed on what came after the refund"),
    "close": _("Closed"),
    "reopen": _("Reopened"),
    "overdue": _("Overdue"),
    "refund_failed": _("A refund failed"),
    "refund_redirected": _("A refund that came back is sent to another account"),
    "refund_returned": _("The bank sent a refund back"),
    "charged_back": _("Paid by the bank, by a chargeback"),
    "doubt_tracking": _("Tracking number in doubt"),
    "trust_tracking": _("Tracking number confirmed"),
    "send_back_lost": _("Goods lost on the way to the buyer"),
    "mark_duty": _("Legal deadline reminder"),
    "take": _("Assigned"),
    "hand_over": _("Handed over"),
    "endorse": _("Second person agreed"),
    "break_glass": _("Decided alone in an emergency"),
    "review_override": _("Emergency decision reviewed"),
    "review_override:accepted": _("Emergency decision accepted"),
    "review_override:objected": _("Emergency decision objected to"),
    "review_override:upheld": _("Objection to the emergency decision upheld"),
    "review_override:dismissed": _("Objection to the emergency decision dismissed"),
    "release": _("Unassigned"),
    "suspend": _("Deadlines paused"),
    "resume": _("Deadlines resumed"),
}


def event_label(action: str, data: "Mapping[str, object] | None" = None) -> str:
    """`action` as in the history and in the timeline of the API: "ship_back". `data`: of that line; an `outcome` in it
    that has words of its own is part of the label."""
    return str(action_in_words(EVENT_LABELS, action, data or {}) or action)
