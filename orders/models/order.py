from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Policy, Shop, User
from accounts.pauses import left, paused
from kernel.money import DEFAULT_CURRENCY, unit_of
from kernel.numbers import NumberKey
from kernel.shops import SameShop
from kernel.shops.relations import ShopForeignKey

from ..machine import REFUNDED, AftersalesState, Fulfilment, OrderMachine, Status


def money(label: Any, **options: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **{"default": 0, **options})


class Order(OrderMachine):
    """One order. `open_cases`, `succeeded_cases` and `refund_owed` are kept by the layer above through services.

    `receipt_left` is what is left on the receipt clock while a ticket stops it (S-101).
    """

    machine_name = "order"
    SHARED = ("policy", "shop", "buyer")

    # A bank has taken back, or holds, something of its payments, or did once: others need not be asked.
    has_chargebacks = models.BooleanField(default=False, db_default=False, editable=False)
    # A buyer's complaint to a channel about a payment of it is open.
    complained = models.BooleanField(default=False, db_default=False, editable=False)
    order_no = models.CharField(_("order no."), max_length=64)
    # 0, but for older orders whose number another one of the shop has in another spelling (migration 0021).
    spelling = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # The indexes below begin with shop and buyer, and nobody looks for the orders of a policy: every index that a
    # row does not have makes the sweeps and the import faster.
    shop = models.ForeignKey(Shop, models.PROTECT, db_index=False, verbose_name=_("shop"))
    buyer = models.ForeignKey(User, models.PROTECT, db_index=False, verbose_name=_("buyer"))
    policy = ShopForeignKey(Policy, models.PROTECT, db_index=False, verbose_name=_("policy"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, default=DEFAULT_CURRENCY)
    fulfilment = models.CharField(
        _("fulfilment"), max_length=16, choices=Fulfilment.choices, default=Fulfilment.UNALLOCATED
    )
    # Hash of the content as it came in: the same number with other content is refused (contract §5).
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    freight = money(_("freight"))
    discount = money(_("discount"))
    points_deduction = money(_("points deduction"))
    points_used = models.PositiveIntegerField(_("points used"), default=0)
    coupons = models.JSONField(_("coupons"), default=list, blank=True)
    points_earned = models.PositiveIntegerField(_("points earned"), default=0)
    # False: nothing was reported of promotions, gifts or points earned, and nothing of them has to be read.
    has_promotions = models.BooleanField(_("bought under promotions"), default=False, editable=False)
    amount = money(_("amount payable"))
    freight_open = money(_("freight in open tickets"))
    freight_refunded = money(_("freight refunded"))
    # Of that, before the order was imported: no ticket explains it.
    freight_refunded_before = money(_("freight refunded before the import"), editable=False)
    # Of what the lines and the freight count as refunded, what the buyer does not have: its refund failed, came back,
    # or is on its way. `refunded_amount` of a line is what it was used up by, whoever has the money.
    refund_owed = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0, editable=False)
    # What refunds keep back for lost discounts, gifts and free shipping, and have not given back since (F-6), from the
    # moment their money is on its way; `promotion_open` is the part of those that have not arrived, below zero where
    # one gives back.
    promotion_kept = money(_("kept back for promotions"))
    promotion_open = money(_("of this on its way"))

    receiver_name = models.CharField(_("receiver"), max_length=120, blank=True)
    receiver_phone = models.CharField(_("receiver's phone"), max_length=40, blank=True)
    receiver_address = models.CharField(_("receiver's address"), max_length=400, blank=True)

    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(pgettext_lazy("time", "paid"), null=True, blank=True)
    shipped_at = models.DateTimeField(pgettext_lazy("time", "shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(pgettext_lazy("time", "delivered"), null=True, blank=True)
    completed_at = models.DateTimeField(pgettext_lazy("time", "completed"), null=True, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("time", "closed"), null=True, blank=True)
    close_reason = models.CharField(_("close reason"), max_length=240, blank=True)
    # B-18: the shop has until then to send it; afterwards the refund of what has not left needs nobody.
    ship_due_at = models.DateTimeField(_("to be shipped by"), null=True, blank=True)
    receipt_due_at = models.DateTimeField(_("automatic receipt"), null=True, blank=True)
    receipt_left = models.DurationField(null=True, blank=True, editable=False)
    buyer_extended = models.BooleanField(default=False, editable=False)
    window_ends_at = models.DateTimeField(_("window ends"), null=True, blank=True)
    window_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Counted here: tickets are a layer above, and the sweep of receipts filters by this without a join.
    open_cases = models.PositiveSmallIntegerField(default=0, editable=False)
    succeeded_cases = models.PositiveSmallIntegerField(default=0, editable=False)
    # Of a person who asked for it, once the law lets go (orders/privacy.py): receiver, remarks, notes, messages, files.
    erased_at = models.DateTimeField(_("personal data erased"), null=True, editable=False)
    # Kept by services.questions: what the buyer asked on the order itself and nobody of the shop has answered.
    buyer_waits_since = models.DateTimeField(_("buyer waiting for an answer since"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("order"), _("orders")
        indexes = [
            models.Index(fields=["buyer", "-placed_at", "-id"], name="order_of_buyer"),
            models.Index(fields=["shop", "-placed_at", "-id"], name="order_of_shop"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            # A bare number, to the letter, in whatever shops the caller sees.
            models.Index(fields=["order_no"], name="order_by_number", opclasses=["varchar_pattern_ops"]),
            # What waits to be shipped, oldest first; a row leaves it with its last parcel.
            models.Index(fields=["shop", "placed_at", "id"], condition=Q(status="paid"), name="order_to_ship"),
            models.Index(
                fields=["receipt_due_at"], condition=Q(receipt_due_at__isnull=False), name="order_receipt_due"
            ),
            models.Index(
                fields=["window_ends_at"],
                condition=Q(window_ends_at__isnull=False, window_closed_at__isnull=True),
                name="order_window_due",
            ),
            models.Index(
                fields=["shop", "buyer_waits_since"],
                condition=Q(buyer_waits_since__isnull=False),
                name="order_to_answer",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "id"], name="order_id_in_shop"),
            models.UniqueConstraint(fields=["shop", "order_no"], name="order_no_once"),
            # However it is spelled; also the index by which a number, or its beginning, is found as people type it.
            models.UniqueConstraint(
                OpClass(NumberKey("order_no"), "text_pattern_ops"), "shop", "spelling", name="order_no_once_as_typed"
            ),
            SameShop(field="policy", name="order_policy_same_shop"),
            models.CheckConstraint(
                # It becomes a part of addresses.
                condition=Q(order_no__regex="^[^/[:cntrl:]]*$") & ~Q(order_no__in=[".", ".."]),
                name="order_no_in_an_address",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status"),
            models.CheckConstraint(condition=Q(fulfilment__in=Fulfilment.values), name="order_fulfilment"),
            models.CheckConstraint(
                condition=Q(freight__gte=0, discount__gte=0, points_deduction__gte=0, amount__gte=0),
                name="order_amounts",
            ),
            models.CheckConstraint(
                condition=Q(freight_open__gte=0, freight_refunded__gte=0)
                & Q(freight__gte=models.F("freight_open") + models.F("freight_refunded")),
                name="order_freight_once",
            ),
            models.CheckConstraint(condition=Q(refund_owed__gte=0), name="order_refund_owed"),
            # No refund gives back more than earlier ones kept.
            models.CheckConstraint(condition=Q(promotion_kept__gte=0), name="order_promotion_kept"),
            models.CheckConstraint(
                condition=Q(freight_refunded_before__gte=0, freight_refunded__gte=models.F("freight_refunded_before")),
                name="order_freight_before",
            ),
            models.CheckConstraint(
                condition=Q(receipt_due_at__isnull=True) | Q(status=Status.SHIPPED), name="order_receipt_clock"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.COMPLETED) | Q(completed_at__isnull=False, window_ends_at__isnull=False),
                name="order_completed_facts",
            ),
        ]

    def __str__(self) -> str:
        return self.order_no

    @property
    def unit(self) -> Decimal:
        """The smallest amount of its currency: every share of its money is rounded to it (F-1)."""
        return unit_of(self.currency)

    @property
    def promotion_settled(self) -> Decimal:
        """What the refunds that have arrived kept back."""
        return self.promotion_kept - self.promotion_open

    @property
    def closed_by_refund(self) -> bool:
        """It was paid, and all of its goods were refunded. What was kept back then may still be asked for (B-21)."""
        return self.status == Status.CLOSED and self.close_reason == REFUNDED and self.paid_at is not None

    @property
    def why_closed(self) -> str:
        """What the person wrote who closed it, or that all was refunded, in the active language."""
        return gettext("All goods were refunded.") if self.close_reason == REFUNDED else self.close_reason

    @property
    def aftersales_state(self) -> AftersalesState:
        """S-005: 售后中 while a ticket is open or its money has not arrived, 售后成功 once one succeeded."""
        if self.open_cases or self.refund_owed:
            return AftersalesState.OPEN
        return AftersalesState.SUCCEEDED if self.succeeded_cases else AftersalesState.NONE

    def ship_overdue(self, now: datetime) -> bool:
        """B-18: paid, not all of it has left, and the time to ship is over."""
        return self.status == Status.PAID and self.ship_due_at is not None and self.ship_due_at <= now

    def window_open(self, now: datetime) -> bool:
        """S-011, S-012: the end is exclusive. A window that the job has closed stays closed, whatever `now` is."""
        if self.status == Status.CLOSED or self.window_closed_at is not None:
            return False
        # Without an end the order is not completed: the window has not begun to run.
        return self.window_ends_at is None or now < self.window_ends_at

    def start_receipt_clock(self, now: datetime, length: timedelta) -> None:
        # S-101: shipped while a ticket is open. The clock starts with the end of the last ticket.
        if self.open_cases:
            self.receipt_left = length
        else:
            self.receipt_due_at = paused(self.shop, now, now + length)

    def move_receipt_clock(self, length: timedelta) -> None:
        if self.receipt_due_at is not None:
            # Into a holiday pause of the shop, or beyond it: what it takes is not counted.
            self.receipt_due_at = paused(self.shop, self.receipt_due_at, self.receipt_due_at + length)
        elif self.receipt_left is not None:
            self.receipt_left += length

    def stop_receipt_clock(self, now: datetime) -> None:
        if self.receipt_due_at is not None:
            # It may be overdue where the sweep has not come by yet: then nothing is left.
            self.receipt_left = left(self.shop, now, self.receipt_due_at)
            self.receipt_due_at = None

    def resume_receipt_clock(self, now: datetime) -> None:
        if self.status == Status.SHIPPED and self.receipt_left is not None:
            due_at = paused(self.shop, now, now + self.receipt_left)
            self.receipt_due_at, self.receipt_left = due_at, None
