"""The actions of a ticket. Every entry point (API, admin, jobs, commands) calls these and nothing else."""

from ..ledger.benefits import acknowledge as acknowledge_benefit
from ..selectors.options import choices, options
from .actions import (
    allowed_actions,
    may_apply_for_buyer,
    may_break_glass,
    may_endorse,
    may_rule_settlement,
    refund_instead,
)
from .applying.amend import amend
from .applying.apply import apply, may_apply
from .applying.quote import quote
from .approve import approvable, approve
from .assignment import colleagues, hand_over, take
from .authority.agree import endorse
from .authority.override import MIN_REASON, break_glass
from .authority.review import review_override, to_review
from .consent import by_note
from .conversation import check_may_post, conversation, mark_read, post_message, takes_part
from .end import close, confirm_replacement, reopen, withdraw
from .in_kind import hand_over_gift
from .missing import agree_on_delivery, deliver, not_arrived, prove_arrival
from .objections import object_to, rule_objection
from .offers import accept_offer, decline_offer, offer
from .payables import approve_payable, create_payable, pay_payable
from .pickups import book_pickup, cancel_pickup
from .receiving import receive
from .receiving.undelivered import count_undelivered
from .refuse_goods import refuse_goods, return_goods
from .reject import reject
from .reship import convert, reship
from .settlements import rule_settlement
from .ship_back import ship_back
from .supplement import pay_difference
from .suspension import resume, suspend

__all__ = [
    "MIN_REASON",
    "accept_offer",
    "acknowledge_benefit",
    "agree_on_delivery",
    "allowed_actions",
    "amend",
    "apply",
    "approvable",
    "approve",
    "approve_payable",
    "book_pickup",
    "break_glass",
    "by_note",
    "cancel_pickup",
    "check_may_post",
    "choices",
    "close",
    "colleagues",
    "confirm_replacement",
    "conversation",
    "convert",
    "count_undelivered",
    "create_payable",
    "decline_offer",
    "deliver",
    "endorse",
    "hand_over",
    "hand_over_gift",
    "mark_read",
    "may_apply",
    "may_apply_for_buyer",
    "may_break_glass",
    "may_endorse",
    "may_rule_settlement",
    "not_arrived",
    "object_to",
    "offer",
    "options",
    "pay_difference",
    "pay_payable",
    "post_message",
    "prove_arrival",
    "quote",
    "receive",
    "refund_instead",
    "refuse_goods",
    "reject",
    "reopen",
    "reship",
    "resume",
    "return_goods",
    "review_override",
    "rule_objection",
    "rule_settlement",
    "ship_back",
    "suspend",
    "take",
    "takes_part",
    "to_review",
    "withdraw",
]
