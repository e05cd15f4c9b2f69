from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Shop, User
from kernel.machine import Deadline
from kernel.shops.relations import ShopForeignKey
from logistics.models import Parcel, Pickup, ReturnAddress
from orders.models import Order, Payment
from orders.models.order import money
from refunds.models import Refund

from .. import duties, policy
from ..machine import OFFER_VERBS, TicketMachine
from ..news import UNDECIDED
from ..states import (
    MONEY_TYPES,
    STAGE_OF,
    Due,
    Fault,
    FreightPayer,
    InKind,
    OverrideState,
    Phase,
    QualityPath,
    Type,
)  # fmt: skip
from .reference import Reason
from .ticket_constraints import CONSTRAINTS, INDEXES

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
    sub_reason = models.ForeignKey(
        Reason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("kind of reason"),
    )
    # Copied from the reason, which the back office may change later.
    fault = models.CharField(_("at fault"), max_length=16, choices=Fault.choices)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    received = models.BooleanField(_("goods received by the buyer"), default=False)
    # Units that were counted as missing and have not come since.
    missing_quantity = models.PositiveIntegerField(_("units missing"), default=0, db_default=0, editable=False)
    # A refund of units of which none has left: its clock ends with the time to ship (B-18).
    unshipped = models.BooleanField(default=False, editable=False)
    # Of a claim of quality, by its first application: within 3 days of signing or later (S-078, S-079).
    quality_path = models.CharField(
        _("claim of quality"), max_length=8, blank=True, default="", db_default="", choices=QualityPath.choices,
        editable=False,
    )  # fmt: skip
    alerts = models.JSONField(_("alerts"), default=list, blank=True)
    # Of its refunds that failed or came back: the bank decides on a chargeback of every payment that they go back along
    # (`conditions.bank_holds_failed_refund`).
    refund_held = models.BooleanField(default=False, db_default=False, editable=False)

    claimed_amount = money(_("claimed amount"), default=None, null=True, blank=True)
    requested_amount = money(_("requested amount"))
    approved_amount = money(_("approved amount"), default=None, null=True, blank=True)
    service_fee = money(_("service fee"))
    deduction = money(_("deduction after inspection"))
    freight_amount = money(_("outbound shipping in the refund"))
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
    return_freight_payer = models.CharField(_("return shipping paid by"), max_length=16, choices=FreightPayer.choices)
    return_freight_amount = money(_("return shipping"))
    return_freight_collect = models.BooleanField(_("return sent collect"), default=False)
    # Something is owed because of it beyond its refunds: others need not be asked.
    has_payables = models.BooleanField(default=False, db_default=False, editable=False)
    # What the refund keeps back for promotions (rules.promotions); below zero: what it gives back of that of others.
    discount_lost = money(_("discount lost on what's kept"))
    gift_kept = money(_("gifts not returned"))
    free_shipping_lost = money(_("free shipping lost"))
    promotion_waived = money(_("of which waived by the shop"))
    # What it ended with instead, by an offer that the buyer accepted, and its cost to the shop (S-061, S-062).
    outcome = models.CharField(_("outcome"), max_length=16, blank=True, choices=InKind.choices)
    outcome_cost = money(_("cost of the outcome"))
    points_returned = models.PositiveIntegerField(_("points returned"), default=0)
    coupons_returned = models.JSONField(_("coupons returned"), default=list, blank=True)

    rejection_reason = models.CharField(_("rejection reason"), max_length=500, blank=True)
    rejection_ground = models.CharField(_("ground of the rejection"), max_length=24, blank=True)
    rejected_from = models.CharField(max_length=24, blank=True, editable=False)
    closed_from = models.CharField(max_length=24, blank=True, editable=False)

    return_address = ShopForeignKey(
        ReturnAddress, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("return address"),
    )  # fmt: skip
    # What the buyer was given (S-084), also after the shop changes or deletes the address.
    return_address_copy = models.JSONField(null=True, blank=True, editable=False)
    returnless = models.BooleanField(_("goods stay with the buyer"), default=False)
    # D-8: the fault was reported again after two repairs, within the warranty.
    after_failed_repairs = models.BooleanField(
        _("after two failed repairs"), default=False, db_default=False, editable=False
    )
    # Exchanged for another product than the one that is held: never approved by the clock (contract §5).
    other_product = models.BooleanField(_("exchange for another product"), default=False, editable=False)
    advance_exchange = models.BooleanField(_("replacement sent early"), default=False)
    # The merchant approved less than was possible, with the buyer's yes: nothing may be added to it later.
    reduced = models.BooleanField(default=False, editable=False)
    # S-093 extends once a ticket, also when it is rejected and approved again.
    receipt_extended = models.BooleanField(default=False, editable=False)
    refunds = models.ManyToManyField(Refund, through="TicketRefund", related_name="tickets")

    # Who opened it on the buyer's behalf; an agent's waits for another person, the clock included (B-14).
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, db_index=False, related_name="+",
        verbose_name=_("requested for the buyer by"),
    )  # fmt: skip
    needs_second_person = models.BooleanField(default=False, editable=False)
    # Who works on it (S-051); `services.assignment` keeps it among the people of the shop.
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("worked on by")
    )
    # Grows with whatever changes what is decided on. A decision names the version that its person saw.
    version = models.PositiveIntegerField(default=1, editable=False)

    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("updated"), editable=False)
    applied_at = models.DateTimeField(pgettext_lazy("time", "applied"), editable=False)
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
    not_arrived_at = when(_("reported as not arrived"))
    arrival_proven_at = when(_("arrival proven"))
    rejected_at = when(pgettext_lazy("time", "rejected"))
    completed_at = when(pgettext_lazy("time", "completed"))
    ended_at = when(_("ended"))

    due_at = when(_("due"))
    due_action = models.CharField(_("at the deadline"), max_length=16, blank=True, choices=Due.choices)
    overdue_since = when(_("overdue since"))
    retry_after = when(_("retried after a failure"))
    # When the next mark of a duty is to be set (`aftersales.duties`).
    mark_at = when(_("next reminder of a duty"))
    # Since when an offer of the shop waits for the buyer; lists and the buyer's home read it without reading offers.
    offered_at = when(_("offer made"))
    # Since when less is paid on a note of how the buyer agreed, and when they objected: `NotedConsent` has the rest.
    noted_at = when(_("lower amount noted"))
    objected_at = when(_("objected"))
    # The claim of a buyer who objected: a manager decides, then support, and no clock ends it.
    objection = models.BooleanField(_("objection"), default=False, editable=False)
    # What became of what a manager last decided alone (`EmergencyOverride`): to be reviewed, or by support, or over.
    override = models.CharField(
        _("decided alone"), max_length=12, blank=True, default="", db_default="", choices=OverrideState.choices,
        editable=False,
    )  # fmt: skip
    override_since = when(_("decided alone, to be reviewed since"))
    # The newest settlement by hand that the buyer may object to, and since when they do so to another one:
    # `TicketRefund` and `TicketPayable` have the rest.
    by_hand_at = when(pgettext_lazy("time", "settled manually"))
    settlement_objected_at = when(_("objected to a manual settlement"))
    # By when a voucher or a gift has to be handed over, and when it was.
    gift_due_at = when(_("to be handed over by"))
    handed_over_at = when(_("handed over"))
    # The newest pickup of what goes back, and whether it still may come; until when it keeps the ticket open.
    pickup = ShopForeignKey(
        Pickup, models.PROTECT, null=True, blank=True, editable=False, related_name="+", db_index=False,
        verbose_name=pgettext_lazy("courier", "pickup"),
    )  # fmt: skip
    pickup_open = models.BooleanField(default=False, db_default=False, editable=False)
    pickups_booked = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    pickup_until = when(_("open for a pickup until"))
    buyer_waits_since = when(_("buyer waiting for an answer since"))  # kept by services.post_message
    # While suspended nothing is due; `due_left` is what the clock of the present state had left, and goes on with.
    suspended_at = when(_("suspended"))
    due_left = models.DurationField(null=True, blank=True, editable=False)
    # Past suspensions, [from, until] each: a deadline that is reckoned anew from an earlier fact leaves them out.
    clock_stops = models.JSONField(default=list, blank=True, editable=False)
    deadline_failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("after-sales ticket"), _("after-sales tickets")
        indexes, constraints = INDEXES, CONSTRAINTS

    def __str__(self) -> str:
        return self.ticket_no

    def touched(self, name: str, now: datetime) -> None:
        self.updated_at = now
        if name in UNDECIDED:
            return
        self.version += 1
        if name not in OFFER_VERBS:
            self.expire_offer(now)

    def expire_offer(self, now: datetime) -> None:
        """An offer was made on the ticket as it was: whatever moves the ticket on ends it, here for every verb."""
        if self.offered_at is None:
            return
        self.offered_at = None
        self.offers.end("expired", now=now)

    def mark_duties(self, now: datetime) -> None:
        self.alerts, self.mark_at = duties.marks(self, self.order.policy, now)

    def timer(self, now: datetime) -> Deadline:
        """A suspended ticket stays suspended: the new state's clock is stored as what it has left."""
        self.updated_at = now
        self.mark_duties(now)
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
    def currency(self) -> str:
        """Of every amount of the ticket."""
        return self.order.currency

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
        """The approved amount without the outbound freight, and before what is kept back for promotions."""
        return (self.approved_amount or Decimal(0)) - self.freight_amount + self.promotion_amount

    @property
    def promotion_amount(self) -> Decimal:
        """What the refund keeps back for promotions in all; below zero: given back."""
        return self.discount_lost + self.gift_kept + self.free_shipping_lost - self.promotion_waived
