"""What entry points and the apps above may do with an order. One function a verb; `stock` and `skus` are modules."""

from .actions import allowed_actions
from .cases import close_if_refunded, end_case, extend_for_resend, extend_for_return, open_case
from .creating import create
from .locking import lock
from .notes import add_note, may_remark
from .payments import add_payment, pay
from .shipping import deliver, lines_to_ship, mark_shipped, pack, settle_fulfilment, shippable
from .verbs import close, close_window_many, confirm_receipt, confirm_receipt_many, extend_receipt, reopen_window

__all__ = [
    "add_note",
    "add_payment",
    "allowed_actions",
    "close",
    "close_if_refunded",
    "close_window_many",
    "confirm_receipt",
    "confirm_receipt_many",
    "create",
    "deliver",
    "end_case",
    "extend_for_resend",
    "extend_for_return",
    "extend_receipt",
    "lines_to_ship",
    "lock",
    "mark_shipped",
    "may_remark",
    "open_case",
    "pack",
    "pay",
    "reopen_window",
    "settle_fulfilment",
    "shippable",
]
