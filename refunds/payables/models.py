from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey
from orders.models import Order

from .machine import GIVEN_KINDS, UNPAID, Kind, PayableMachine, Payee, Status

# What the buyer of the order sees: what a rule owes them at once, what a person gives once it was approved, and nothing
# of what a courier owes the shop.
FOR_BUYERS = Q(kind=Kind.RETURN_FREIGHT) | Q(kind__in=GIVEN_KINDS, approved_at__isnull=False)


class Payable(PayableMachine):
    """What is owed beyond a refund, once: no payment of the order carries it, so it never counts against the cap.

    `key`: what it is owed for, unique for an order and kind. `due_at`: by when it should be paid. `paying_by`: who
    chose the transfer that is under way; `transfer_no`: the last one, whatever became of it; `paid_through`: the
    channel that paid it, empty where it was paid by hand.
    """

    machine_name = "payable"

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, related_name="payables", verbose_name=_("order"))
    payable_no = models.CharField(_("payable no."), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    payee = models.CharField(_("to be paid to"), max_length=16, choices=Payee.choices)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    ground = models.CharField(_("ground"), max_length=240, blank=True)
    key = models.CharField(max_length=80, editable=False)
    proof = models.CharField(_("proof of payment"), max_length=240, blank=True)
    approved_by = models.BigIntegerField(null=True, editable=False)
    paid_by = models.BigIntegerField(null=True, editable=False)
    paying_by = models.BigIntegerField(null=True, editable=False)
    # Who looked in the channel's console for a transfer that the channel does not answer for any more.
    call_off_proposed_by = models.BigIntegerField(null=True, editable=False)
    transfer_no = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    paid_through = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("to be paid by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    paid_at = models.DateTimeField(pgettext_lazy("time", "paid"), null=True, blank=True)
    # When support found that what had been marked as paid had not come. It is owed since then by support's word.
    voided_at = models.DateTimeField(_("payment void"), null=True, blank=True)
    cancelled_at = models.DateTimeField(pgettext_lazy("time", "cancelled"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payable"), _("payables")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="payable_newest"),
            models.Index(fields=["shop_id", "due_at"], condition=Q(status__in=UNPAID), name="payable_unpaid"),
            models.Index(
                # What a person has approved today counts against their daily limit.
                fields=["shop_id", "approved_by", "approved_at"],
                condition=Q(approved_by__isnull=False),
                name="payable_approved_by",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="payable_id_in_shop"),
            SameShop(field="order", name="payable_order_same_shop"),
            models.UniqueConstraint(fields=["shop_id", "order", "kind", "key"], name="payable_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="payable_status"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values, amount__gt=0) & ~Q(key=""), name="payable_amount"),
            models.CheckConstraint(
                condition=Q(kind=Kind.COURIER_CLAIM, payee=Payee.SHOP)
                | ~Q(kind=Kind.COURIER_CLAIM) & Q(payee=Payee.BUYER),
                name="payable_payee",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="payable_approved",
            ),
            models.CheckConstraint(
                # Two people. NULL passes a CHECK, so both are asked for.
                condition=~Q(status=Status.PAID) & Q(paid_by__isnull=True, paid_at__isnull=True)
                | Q(status=Status.PAID, paid_by__isnull=False, paid_at__isnull=False, approved_by__isnull=False)
                & ~Q(paid_by=F("approved_by"))
                & ~Q(proof=""),
                name="payable_paid_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PAYING) & Q(paying_by__isnull=True)
                | Q(status=Status.PAYING, payee=Payee.BUYER, paying_by__isnull=False, approved_by__isnull=False)
                & ~Q(paying_by=F("approved_by"))
                & ~Q(transfer_no=""),
                name="payable_transferred_by_another",
            ),
            models.CheckConstraint(
                condition=Q(call_off_proposed_by__isnull=True) | Q(status=Status.PAYING), name="payable_call_off"
            ),
            models.CheckConstraint(
                condition=Q(paid_through="") | Q(status=Status.PAID, payee=Payee.BUYER) & ~Q(transfer_no=""),
                name="payable_paid_through",
            ),
        ]

    def __str__(self) -> str:
        return self.payable_no

    @property
    def currency(self) -> str:
        return self.order.currency
