"""What entry points and the apps above may do with an order. One function a verb;
`stock`, `skus` and `questions` are modules."""

from .actions import allowed_actions
from .cases import (
    close_if_refunded,
    end_case,
    extend_for_resend,
    extend_for_return,
    note_late_parcel,
    open_case,
    set_refund_owed,
)
from .creating import create
from .delivery import deliver, deliver_with_parcels, install, proves_delivery
from .locking import lock, lock_free
from .notes import add_note, may_remark
from .payments import add_payment, pay
from .receiver import note_receiver_in_file, show_receiver, show_receivers
from .replacing import Replacement, add_replacement, use_differences
from .shipping import lines_to_ship, mark_shipped, pack, settle_fulfilment, shippable
from .verbs import close, close_window_many, confirm_receipt, confirm_receipt_many, extend_receipt, reopen_window

__all__ = [
    "Replacement",
    "add_note",
    "add_payment",
    "add_replacement",
    "allowed_actions",
    "close",
    "close_if_refunded",
    "close_window_many",
    "confirm_receipt",
    "confirm_receipt_many",
    "create",
    "deliver",
    "deliver_with_parcels",
    "end_case",
    "extend_for_resend",
    "extend_for_return",
    "extend_receipt",
    "install",
    "lines_to_ship",
    "lock",
    "lock_free",
    "mark_shipped",
    "may_remark",
    "note_late_parcel",
    "note_receiver_in_file",
    "open_case",
    "pack",
    "pay",
    "proves_delivery",
    "reopen_window",
    "set_refund_owed",
    "settle_fulfilment",
    "shippable",
    "show_receiver",
    "show_receivers",
    "use_differences",
]
