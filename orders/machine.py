"""The order machine on one screen. Transitions set fields only; `orders.services` calls them by `advance`."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from kernel.actors import BUYER, CLOCK_KIND, COURIER_KIND, GATEWAY_KIND, INTEGRATION, MERCHANT, RULE_KIND, SUPPORT
from kernel.machine import Stateful, StatusField, transition

from .policy import ship_due

SELLER = (MERCHANT, INTEGRATION)
SYSTEM = (RULE_KIND, GATEWAY_KIND, CLOCK_KIND)


# Why an order was closed of which all goods were refunded; other reasons are words of the shop.
REFUNDED = "refunded"


class Status(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", _("pending payment")
    PAID = "paid", _("to be shipped")
    SHIPPED = "shipped", _("to be received")
    COMPLETED = "completed", _("complete")
    CLOSED = "closed", _("order closed")


class Fulfilment(models.TextChoices):
    UNALLOCATED = "unallocated", _("not allocated")
    PACKED = "packed", _("packed")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")


class AftersalesState(models.TextChoices):
    NONE = "none", _("no after-sales")
    OPEN = "open", _("in after-sales")
    SUCCEEDED = "succeeded", _("after-sales succeeded")


def not_packed(order: Any) -> bool:
    return order.fulfilment == Fulfilment.UNALLOCATED


def not_delivered(order: Any) -> bool:
    # The day of delivery starts legal terms: once reported it does not change.
    return order.fulfilment != Fulfilment.DELIVERED


def no_open_case(order: Any) -> bool:
    return order.open_cases == 0


def may_have_to_go_out(order: Any) -> bool:
    # Goods that are to be sent, that the courier asks about or brings back, or that an open ticket may send once more.
    return order.status in (Status.PAID, Status.SHIPPED) or order.open_cases > 0


def window_not_closed(order: Any) -> bool:
    return order.window_closed_at is None


class OrderMachine(Stateful):
    EVENTS = {
        "create": "order.created",
        "pay": "order.paid",
        "ship": "order.shipped",
        "deliver": "order.delivered",
        "confirm_receipt": "order.completed",
        "close": "order.closed",
        "close_refunded": "order.closed",
    }
    # A part that was shipped is a parcel's news; the order's is that nothing is left to ship.
    NO_NEWS = frozenset({
        "import", "pack", ("ship", Status.PAID), "extend_receipt", "close_window", "reopen_window", "prove_delivery",
        "receiver", "install",
    })  # fmt: skip
    NUMBERS = ("order_no", "order_no")

    status = StatusField(_("status"), choices=Status.choices, default=Status.PENDING_PAYMENT)

    # What the verbs set; the columns and the receipt clock are on the model.
    policy: Any
    fulfilment: Any
    shop: Any
    paid_at: Any
    ship_due_at: Any
    shipped_at: Any
    delivered_at: Any
    completed_at: Any
    closed_at: Any
    close_reason: Any
    receipt_due_at: Any
    receipt_left: Any
    window_ends_at: Any
    window_closed_at: Any
    start_receipt_clock: Any
    move_receipt_clock: Any

    class Meta:
        abstract = True

    @transition(status, Status.PENDING_PAYMENT, Status.PAID, (INTEGRATION,))
    def pay(self, *, now: datetime, paid_at: datetime) -> None:
        self.paid_at, self.ship_due_at = paid_at, ship_due(paid_at, self.policy, self.shop)

    @transition(status, Status.PENDING_PAYMENT, Status.CLOSED, SELLER)
    def close(self, *, now: datetime, reason: str) -> None:
        self.closed_at, self.close_reason = now, reason

    @transition(status, Status.PAID, Status.PAID, SELLER, [not_packed])
    def pack(self, *, now: datetime) -> None:
        self.fulfilment = Fulfilment.PACKED

    @transition(status, Status.PAID, RETURN_VALUE(Status.PAID, Status.SHIPPED), (*SELLER, *SYSTEM))
    def ship(self, *, now: datetime, complete: bool) -> str:
        """`complete`: nothing is left to ship. The receipt clock starts with the last parcel."""
        if not complete:
            return Status.PAID
        self.fulfilment, self.shipped_at = Fulfilment.SHIPPED, now
        self.start_receipt_clock(now, timedelta(days=self.policy.receipt_days))
        return Status.SHIPPED

    @transition(status, Status.SHIPPED, Status.SHIPPED, (*SELLER, COURIER_KIND), [not_delivered])
    def deliver(self, *, now: datetime, delivered_at: datetime) -> None:
        self.fulfilment, self.delivered_at = Fulfilment.DELIVERED, delivered_at

    @transition(status, Status.SHIPPED, Status.SHIPPED, (MERCHANT, SUPPORT, BUYER, *SYSTEM))
    def extend_receipt(self, *, now: datetime, days: int) -> None:
        self.move_receipt_clock(timedelta(days=days))

    @transition(status, Status.SHIPPED, Status.COMPLETED, (BUYER, CLOCK_KIND), [no_open_case])
    def confirm_receipt(self, *, now: datetime, window_ends_at: datetime | None = None) -> None:
        self.completed_at = now
        self.delivered_at = self.delivered_at or now  # contract: confirming counts as delivery
        self.fulfilment = Fulfilment.DELIVERED
        self.receipt_due_at = self.receipt_left = None
        self.window_ends_at = window_ends_at or now + timedelta(days=self.policy.window_days)  # S-011

    @transition(status, (Status.PAID, Status.SHIPPED), Status.CLOSED, SYSTEM)
    def close_refunded(self, *, now: datetime) -> None:
        self.closed_at, self.close_reason = now, REFUNDED
        # A closed order must not be found by the sweep of receipts (order_receipt_clock).
        self.receipt_due_at = self.receipt_left = None

    @transition(
        status,
        (Status.PAID, Status.SHIPPED, Status.COMPLETED),
        RETURN_VALUE(Status.PAID, Status.SHIPPED, Status.COMPLETED),
        SELLER,
        [may_have_to_go_out],
    )
    def receiver(self, *, now: datetime) -> str:
        """ux 9: somebody who has to ship or to visit is shown the receiver in full. Only history is written."""
        return str(self.status)

    @transition(status, Status.COMPLETED, Status.COMPLETED, (CLOCK_KIND,), [window_not_closed])
    def close_window(self, *, now: datetime) -> None:
        self.window_closed_at = now

    @transition(
        status, (Status.PAID, Status.SHIPPED, Status.COMPLETED),
        RETURN_VALUE(Status.PAID, Status.SHIPPED, Status.COMPLETED), SELLER,
    )  # fmt: skip
    def install(self, *, now: datetime) -> str:
        """D-5: goods of it were installed; their lines keep when."""
        return str(self.status)

    @transition(
        status,
        (Status.PAID, Status.SHIPPED, Status.COMPLETED),
        RETURN_VALUE(Status.PAID, Status.SHIPPED, Status.COMPLETED),
        (SUPPORT,),
    )
    def reopen_window(self, *, now: datetime, days: int) -> str:
        """S-014. Before completion there is no window yet: only the count of applications starts again (B-08)."""
        if self.status == Status.COMPLETED:
            self.window_closed_at = None
            # Never earlier than it is: support may have opened the window for longer before.
            self.window_ends_at = max(self.window_ends_at or now, now + timedelta(days=days))
        return str(self.status)
