"""The actions of a ticket. Every entry point (API, admin, jobs, commands) calls these and nothing else."""

from ..ledger.benefits import acknowledge as acknowledge_benefit
from ..selectors.options import choices, options
from .actions import allowed_actions, may_apply_for_buyer, refund_instead
from .amend import amend
from .apply import apply, may_apply
from .approve import approvable, approve
from .assignment import colleagues, hand_over, take
from .consent import by_note
from .conversation import check_may_post, conversation, mark_read, post_message, takes_part
from .end import close, confirm_replacement, reopen, withdraw
from .in_kind import hand_over_gift
from .missing import agree_on_delivery, deliver, not_arrived, prove_arrival
from .objections import object_to, rule_objection
from .offers import accept_offer, decline_offer, offer
from .quote import quote
from .receiving import receive
from .receiving.undelivered import count_undelivered
from .reject import refuse_goods, reject, return_goods
from .reship import convert, reship
from .settlements import rule_settlement
from .ship_back import ship_back
from .supplement import pay_difference
from .suspension import resume, suspend

__all__ = [
    "accept_offer",
    "acknowledge_benefit",
    "agree_on_delivery",
    "allowed_actions",
    "amend",
    "apply",
    "approvable",
    "approve",
    "by_note",
    "check_may_post",
    "choices",
    "close",
    "colleagues",
    "confirm_replacement",
    "conversation",
    "convert",
    "count_undelivered",
    "decline_offer",
    "deliver",
    "hand_over",
    "hand_over_gift",
    "mark_read",
    "may_apply",
    "may_apply_for_buyer",
    "not_arrived",
    "object_to",
    "offer",
    "options",
    "pay_difference",
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
    "rule_objection",
    "rule_settlement",
    "ship_back",
    "suspend",
    "take",
    "takes_part",
    "withdraw",
]
