"""The actions of a ticket. Every entry point (API, admin, jobs, commands) calls these and nothing else."""

from ..selectors.options import choices, options
from .actions import allowed_actions, may_apply_for_buyer, refund_instead
from .amend import amend
from .apply import apply, may_apply
from .approve import approvable, approve
from .conversation import check_may_post, conversation, post_message, takes_part
from .end import close, confirm_replacement, reopen, withdraw
from .quote import quote
from .receive import receive
from .reject import refuse_goods, reject, return_goods
from .reship import convert, reship
from .ship_back import ship_back
from .supplement import pay_difference
from .suspension import resume, suspend

__all__ = [
    "allowed_actions",
    "amend",
    "apply",
    "approvable",
    "approve",
    "check_may_post",
    "choices",
    "close",
    "confirm_replacement",
    "conversation",
    "convert",
    "may_apply",
    "may_apply_for_buyer",
    "options",
    "pay_difference",
    "post_message",
    "quote",
    "receive",
    "refund_instead",
    "refuse_goods",
    "reject",
    "reopen",
    "reship",
    "resume",
    "return_goods",
    "ship_back",
    "suspend",
    "takes_part",
    "withdraw",
]
