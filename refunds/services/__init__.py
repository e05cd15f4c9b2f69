"""The verbs of refunds. `send` runs outside any transaction; the others inside the caller's or their own."""

from ..chargebacks.cap import pay_by_bank
from ..chargebacks.record import record_chargeback
from ..redirections.services import confirm_redirection, may_confirm_redirection, may_redirect, propose_redirection
from .actions import allowed_actions
from .call_off import call_off, call_off_text
from .claim import Claimed, claim
from .claims import claims
from .lease import Leased, lease, put_back
from .look_again import look_again
from .merchant_accounts import add_account, check_account, retire_account, revise_account, use_account
from .outcome import Arrived, Result, settle_together
from .reserve import release, reserve, take
from .reserved import reserved_by
from .retry import retry
from .returned import return_money
from .send import ask, attempt, due, send
from .settle_by_hand import may_confirm, settle_by_hand, void_settlement
from .share import Sender

__all__ = [
    "Arrived",
    "Claimed",
    "Leased",
    "Result",
    "Sender",
    "add_account",
    "allowed_actions",
    "ask",
    "attempt",
    "call_off",
    "call_off_text",
    "check_account",
    "claim",
    "claims",
    "confirm_redirection",
    "due",
    "lease",
    "look_again",
    "may_confirm",
    "may_confirm_redirection",
    "may_redirect",
    "pay_by_bank",
    "propose_redirection",
    "put_back",
    "record_chargeback",
    "release",
    "reserve",
    "reserved_by",
    "retire_account",
    "retry",
    "return_money",
    "revise_account",
    "send",
    "settle_by_hand",
    "settle_together",
    "take",
    "use_account",
    "void_settlement",
]
