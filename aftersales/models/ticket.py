from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop, User
from kernel.machine import Deadline
from kernel.relations import ShopForeignKey, ShopOneToOneField, ShopRow
from kernel.shops import SameShop, ShopId
from logistics.models import Parcel, ReturnAddress
from orders.models import Order, Payment
from orders.models.order import money
from refunds.models import Refund

from .. import policy
from ..machine import TicketMachine
from ..states import MONEY_TYPES, RESERVING, STAGE_OF, Due, Fault, FreightPayer, Phase, Status, Type
from .reference import Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def when(label: "StrOrPromise") -> models.DateTimeField:
    return models.DateTimeField(label, null=True, blank=True, editable=False)


class Ticket(TicketMachine):
    """One after-sales case (售后单) on some lines of one order.

    Money: `requested_amount` is the quoted amount, `approved_amount` what will be paid (fee and deduction subtracted,
    outbound freight included), `refunded_amount` what was paid. A positive `price_difference` is owed by the buyer, a
    negative one is refunded when the replacement is sent (F-9). `ledger.allocation` moves all of them.
    """

    machine_name = "ticket"
    SHARED = ("order", "shop", "buyer", "reason")

    ticket_no = models.CharField(_("ticket no."), max_length=32)
    order = ShopForeignKey(Order, models.PROTECT, related_name="tickets", verbose_name=_("order"))
    # The indexes below begin with shop and buyer.
    shop = models.ForeignKey(Shop, models.PROTECT, db_index=False, verbose_name=_("shop"))
    buyer = models.ForeignKey(User, models.PROTECT, db_index=False, verbose_name=_("buyer"))
    type = models.CharField(_("type"), max_length=16, choices=Type.choices)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    reason = models.ForeignKey(Reason, models.PROTECT, verbose_name=_("reason"))
    # Copied from the reason, which the back office may change later.
    fault = models.CharField(_("at fault"), max_length=16, choices=Fault.choices)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    received = models.BooleanField(_("goods received by the buyer"), default=False)
    alerts = models.JSONField(_("alerts"), default=list, blank=True)

    claimed_amount = money(_("claimed amount"), default=None, null=True, blank=True)
    requested_amount = money(_("requested amount"))
    approved_amount = money(_("approved amount"), default=None, null=True, blank=True)
    service_fee = money(_("service fee"))
    deduction = money(_("deduction after inspection"))
    freight_amount = money(_("outbound freight in the refund"))
    refunded_amount = money(_("refunded amount"))
    price_difference = money(_("price difference"))
    difference_payment = ShopForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment of the difference"),
    )
    return_freight_payer = models.CharField(_("return freight paid by"), max_length=16, choices=FreightPayer.choices)
    return_freight_amount = money(_("return freight"))
    points_returned = models.PositiveIntegerField(_("points returned"), default=0)
    coupons_returned = models.JSONField(_("coupons returned"), default=list, blank=True)

    rejection_reason = models.CharField(_("rejection reason"), max_length=500, blank=True)
    rejection_ground = models.CharField(_("ground of the rejection"), max_length=24, blank=True)
    rejected_from = models.CharField(max_length=24, blank=True, editable=False)
    closed_from = models.CharField(max_length=24, blank=True, editable=False)

    return_address = ShopForeignKey(
        ReturnAddress,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("return address"),
    )
    # What the buyer was given (S-084), also after the shop changes or deletes the address.
    return_address_copy = models.JSONField(null=True, blank=True, editable=False)
    returnless = models.BooleanField(_("goods stay with the buyer"), default=False)
    advance_exchange = models.BooleanField(_("replacement sent ahead"), default=False)
    # The merchant approved less than was possible, with the buyer's yes: nothing may be added to it later.
    reduced = models.BooleanField(default=False, editable=False)
    # S-093 extends once a ticket, also when it is rejected and approved again.
    receipt_extended = models.BooleanField(default=False, editable=False)
    refunds = models.ManyToManyField(Refund, through="TicketRefund", related_name="tickets")

    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("updated"), editable=False)
    applied_at = models.DateTimeField(_("applied"), editable=False)
    approved_at = when(_("approved"))
    address_set_at = when(_("return address given"))
    shipped_back_at = when(_("shipped back"))
    arrived_at = when(_("return parcel delivered"))
    received_at = when(_("goods received"))
    goods_refused_at = when(_("goods refused"))
    goods_returned_at = when(_("refused goods sent back"))
    refund_started_at = when(_("refund started"))
    reshipped_at = when(_("replacement sent"))
    lost_at = when(_("replacement lost"))
    rejected_at = when(_("rejected"))
    completed_at = when(_("completed"))
    ended_at = when(_("ended"))

    due_at = when(_("due"))
    due_action = models.CharField(_("at the deadline"), max_length=16, blank=True, choices=Due.choices)
    overdue_since = when(_("overdue since"))
    retry_after = when(_("tried again after a failure"))
    buyer_waits_since = when(_("buyer waits for an answer since"))  # kept by services.post_message
    # While suspended nothing is due; `due_left` is what the clock of the present state had left, and goes on with.
    suspended_at = when(_("suspended"))
    due_left = models.DurationField(null=True, blank=True, editable=False)
    # Past suspensions, [from, until] each: a deadline that is reckoned anew from an earlier fact leaves them out.
    clock_stops = models.JSONField(default=list, blank=True, editable=False)
    deadline_failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("after-sales ticket"), _("after-sales tickets")
        indexes = [
            models.Index(fields=["buyer", "-created_at", "-id"], name="ticket_of_buyer"),
            models.Index(fields=["shop", "-created_at", "-id"], name="ticket_of_shop"),
            models.Index(fields=["ticket_no"], name="ticket_by_number", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["shop", "status"], name="ticket_stage"),
            models.Index(fields=["-created_at", "-id"], name="ticket_newest"),
            # Partial: the reports read what has ended, and an open ticket need not be in it.
            models.Index(fields=["shop", "ended_at"], condition=Q(ended_at__isnull=False), name="ticket_ended"),
            # The queue of open tickets, by deadline.
            models.Index(
                F("due_at").asc(nulls_last=True),
                F("id").desc(),
                condition=Q(status__in=sorted(RESERVING)),
                name="ticket_work",
            ),
            # The same with ended tickets last: the list of all tickets reads one page of it, however many there are.
            models.Index(F("due_at").asc(nulls_last=True), F("id").desc(), name="ticket_queue"),
            models.Index(
                fields=["shop", "buyer_waits_since"],
                condition=Q(buyer_waits_since__isnull=False),
                name="ticket_to_answer",
            ),
            models.Index(
                # The sweeps read this every few seconds; what is overdue leaves it.
                fields=["due_at"],
                condition=Q(due_at__isnull=False, overdue_since__isnull=True),
                name="ticket_due",
            ),
        ]
        constraints = [
            # The target of the composite foreign keys: a row below a ticket has the shop of its ticket (`SameShop`).
            models.UniqueConstraint(fields=["shop", "id"], name="ticket_id_in_shop"),
            models.UniqueConstraint(fields=["shop", "ticket_no"], name="ticket_no_once"),
            SameShop(field="order", name="ticket_order_same_shop"),
            SameShop(field="difference_payment", name="ticket_difference_same_shop"),
            SameShop(field="return_address", name="ticket_address_same_shop"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status"),
            models.CheckConstraint(condition=Q(type__in=Type.values), name="ticket_type"),
            models.CheckConstraint(condition=Q(fault__in=Fault.values), name="ticket_fault"),
            models.CheckConstraint(condition=Q(return_freight_payer__in=FreightPayer.values), name="ticket_payer"),
            models.CheckConstraint(
                condition=Q(requested_amount__gte=0, service_fee__gte=0, deduction__gte=0, freight_amount__gte=0)
                & Q(return_freight_amount__gte=0, refunded_amount__gte=0),
                name="ticket_amounts",
            ),
            models.CheckConstraint(
                # The last guard against paying more than was approved, whatever the code does.
                condition=Q(approved_amount__isnull=True)
                | Q(approved_amount__gte=0, refunded_amount__lte=F("approved_amount")),
                name="ticket_pays_what_was_approved",
            ),
            models.CheckConstraint(
                # Otherwise a sweep would fire on an ended ticket again and again.
                condition=~Q(status__in=["completed", "cancelled", "closed"]) | Q(due_at__isnull=True),
                name="ticket_ended_has_no_clock",
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, due_left__isnull=True)
                | Q(suspended_at__isnull=False, due_at__isnull=True),
                name="ticket_suspended_has_no_clock",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, due_action="") | Q(due_at__isnull=False, due_action__in=Due.values),
                name="ticket_due_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.ticket_no

    def timer(self, now: datetime) -> Deadline:
        """A suspended ticket stays suspended: the new state's clock is stored as what it has left."""
        self.updated_at = now
        if self.suspended_at is None:
            return policy.deadline(self, self.order.policy)
        self.clock_stops.append([self.suspended_at.isoformat(), now.isoformat()])  # for this reckoning only
        due_at, _action = policy.deadline(self, self.order.policy)
        self.clock_stops.pop()
        self.due_left = None if due_at is None else policy.left(self.shop, now, due_at)
        return policy.NO_CLOCK

    def stops(self) -> list[policy.Stop]:
        return [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in self.clock_stops]

    @property
    def has_parcels(self) -> bool:
        """Whether it may have any, by its own dates: most tickets have none, and then nothing need be read."""
        return any((self.shipped_back_at, self.reshipped_at, self.goods_returned_at))

    def current_parcel(self, kind: str) -> Parcel | None:
        """The newest parcel of this kind (`TicketParcel.Kind`). One statement a call."""
        rows = Parcel.objects.filter(ticket_parcel__ticket=self, ticket_parcel__kind=kind)
        return rows.filter(ticket_parcel__is_current=True).first()

    @property
    def return_parcel(self) -> Parcel | None:
        return self.current_parcel("return")

    @property
    def replacement_parcel(self) -> Parcel | None:
        return self.current_parcel("replacement")

    @property
    def send_back_parcel(self) -> Parcel | None:
        return self.current_parcel("send_back")

    @property
    def stage(self) -> str:
        return STAGE_OF[self.status]

    @property
    def pays_money(self) -> bool:
        return self.type in MONEY_TYPES

    @property
    def takes_units(self) -> bool:
        """A claim (S-058) takes money of its lines, and none of their units."""
        return self.claimed_amount is None

    @property
    def goods_amount(self) -> Decimal:
        """The approved amount without the outbound freight."""
        return (self.approved_amount or Decimal(0)) - self.freight_amount


class TicketRefund(ShopRow):
    """The refunds of a ticket: one a tender, more after a failure. Refunds know nothing of tickets."""

    class Kind(models.TextChoices):
        TICKET = "ticket", _("the refund of the ticket")
        DIFFERENCE = "difference", _("a price difference")

    shop_id = ShopId(parent="ticket")
    ticket = ShopForeignKey(Ticket, models.CASCADE, related_name="ticket_refunds")
    # One to one: a refund that arrives must not complete two tickets.
    refund = ShopOneToOneField(Refund, models.PROTECT, related_name="ticket_refund")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.TICKET)

    class Meta:
        constraints = [
            SameShop(field="ticket", name="ticket_refund_ticket_same_shop"),
            SameShop(field="refund", name="ticket_refund_refund_same_shop"),
            models.CheckConstraint(condition=Q(kind__in=["ticket", "difference"]), name="ticket_refund_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.refund_id}"
