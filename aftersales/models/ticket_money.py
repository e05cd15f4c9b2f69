from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from refunds.models import Payable, Refund

from .ticket import Ticket


class PaidByHand(models.Model):
    """Two people said that the money went another way: when, with which files of evidence (ids), and what became of
    it where the buyer objected. `ruled_at`: support has let it count."""

    by_hand_at = models.DateTimeField(null=True, editable=False)
    proof_files = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True, editable=False)
    objected_at = models.DateTimeField(null=True, editable=False)
    ruled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def may_be_objected_to(self) -> bool:
        return self.by_hand_at is not None and self.objected_at is None and self.ruled_at is None

    def paid_after(self, since: datetime) -> bool:
        return self.by_hand_at is not None and self.by_hand_at > since


_OBJECTS_TO_A_SETTLEMENT = Q(objected_at__isnull=True) | Q(by_hand_at__isnull=False, ruled_at__isnull=True)


class TicketRefund(PaidByHand, ShopRow):
    """The refunds of a ticket: one a tender, more after a failure. Refunds know nothing of tickets."""

    class Kind(models.TextChoices):
        TICKET = "ticket", _("the refund of the ticket")
        DIFFERENCE = "difference", _("a price difference")

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="ticket_refunds")
    # One to one: a refund that arrives must not complete two tickets.
    refund = ShopOneToOneField(Refund, models.PROTECT, related_name="ticket_refund")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.TICKET)
    # It pays back what the buyer had paid for a dearer replacement, which no line counts as refunded. Stored, because
    # a ticket that is closed lets go of that payment (`Ticket.difference_payment`).
    is_supplement = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_OBJECTS_TO_A_SETTLEMENT, name="ticket_refund_objects_to_a_settlement"),
            SameShop(field="ticket", name="ticket_refund_ticket_same_shop"),
            SameShop(field="refund", name="ticket_refund_refund_same_shop"),
            models.CheckConstraint(condition=Q(kind__in=["ticket", "difference"]), name="ticket_refund_kind"),
            models.CheckConstraint(
                condition=Q(is_supplement=False) | Q(kind="difference"), name="ticket_refund_supplement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.refund_id}"

    @property
    def number(self) -> str:
        return self.refund.refund_no

    @property
    def amount(self) -> Decimal:
        return self.refund.amount

    @property
    def proof(self) -> str:
        return self.refund.proof


class TicketPayable(PaidByHand, ShopRow):
    """What is owed because of a ticket, beyond its refunds. Payables know nothing of tickets."""

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="ticket_payables")
    payable = ShopOneToOneField(Payable, models.PROTECT, related_name="ticket_payable")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_OBJECTS_TO_A_SETTLEMENT, name="ticket_payable_objects_to_a_settlement"),
            SameShop(field="ticket", name="ticket_payable_ticket_same_shop"),
            SameShop(field="payable", name="ticket_payable_payable_same_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.payable_id}"

    @property
    def number(self) -> str:
        return self.payable.payable_no

    @property
    def amount(self) -> Decimal:
        return self.payable.amount

    @property
    def proof(self) -> str:
        return self.payable.proof
