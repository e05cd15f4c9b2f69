"""The indexes of tickets, each for a list or a sweep that reads by it, and what the database refuses of a ticket."""

from django.db import models
from django.db.models import F, Q

from kernel.shops import SameShop

from ..machine import OFFERING
from ..states import (
    MONEY_TYPES,
    OVERRIDE_OPEN,
    PAID,
    RESERVING,
    Alert,
    Due,
    Fault,
    FreightPayer,
    InKind,
    OverrideState,
    QualityPath,
    Status,
    Type,
)

INDEXES: list[models.Index] = [
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
    models.Index(fields=["id"], condition=Q(pickup_open=True), name="ticket_pickup_open"),
    models.Index(fields=["shop", "gift_due_at"], condition=Q(gift_due_at__isnull=False), name="ticket_gift_due"),
    models.Index(
        fields=["shop", "settlement_objected_at"],
        condition=Q(settlement_objected_at__isnull=False),
        name="ticket_settlement_disputed",
    ),
    models.Index(
        fields=["shop", "-id"],
        condition=Q(alerts__contains=[Alert.REFUND_FAILED.value]),
        name="ticket_refund_failed",
    ),
    models.Index(
        fields=["shop", "-id"],
        condition=Q(alerts__contains=[Alert.REFUND_RETURNED.value]),
        name="ticket_refund_returned",
    ),
    models.Index(
        fields=["shop", "-id"],
        condition=Q(alerts__contains=[Alert.DELIVERED_AFTER_REFUND.value]),
        name="ticket_came_after_refund",
    ),
    models.Index(
        # What a manager or support has to decide on; of a rejected ticket no other index says so.
        fields=["shop", "due_at"],
        condition=Q(objection=True, status__in=["pending_review", "rejected"]),
        name="ticket_objection",
    ),
    models.Index(fields=["shop", "-id"], condition=Q(override__in=OVERRIDE_OPEN), name="ticket_override"),
    models.Index(
        # The sweeps read this every few seconds; what is overdue leaves it.
        fields=["due_at"],
        condition=Q(due_at__isnull=False, overdue_since__isnull=True),
        name="ticket_due",
    ),
    models.Index(fields=["mark_at"], condition=Q(mark_at__isnull=False), name="ticket_mark"),
]

CONSTRAINTS: list[models.BaseConstraint] = [
    # The target of the composite foreign keys: a row below a ticket has the shop of its ticket (`SameShop`).
    models.UniqueConstraint(fields=["shop", "id"], name="ticket_id_in_shop"),
    models.UniqueConstraint(fields=["shop", "ticket_no"], name="ticket_no_once"),
    SameShop(field="order", name="ticket_order_same_shop"),
    SameShop(field="difference_payment", name="ticket_difference_same_shop"),
    SameShop(field="pickup", name="ticket_pickup_same_shop"),
    SameShop(field="return_address", name="ticket_address_same_shop"),
    models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status"),
    models.CheckConstraint(condition=Q(type__in=Type.values), name="ticket_type"),
    models.CheckConstraint(condition=Q(fault__in=Fault.values), name="ticket_fault"),
    models.CheckConstraint(condition=Q(override__in=["", *OverrideState.values]), name="ticket_override_state"),
    models.CheckConstraint(
        condition=Q(override__in=OVERRIDE_OPEN, override_since__isnull=False)
        | ~Q(override__in=OVERRIDE_OPEN) & Q(override_since__isnull=True),
        name="ticket_override_since",
    ),
    models.CheckConstraint(condition=Q(quality_path__in=["", *QualityPath.values]), name="ticket_quality_path"),
    models.CheckConstraint(condition=Q(return_freight_payer__in=FreightPayer.values), name="ticket_payer"),
    models.CheckConstraint(
        condition=Q(requested_amount__gte=0, service_fee__gte=0, deduction__gte=0, freight_amount__gte=0)
        & Q(return_freight_amount__gte=0, refunded_amount__gte=0, promotion_waived__gte=0),
        name="ticket_amounts",
    ),
    models.CheckConstraint(
        # F-6: nobody keeps anything back from a buyer for what others did.
        condition=Q(fault=Fault.BUYER) | Q(discount_lost__lte=0, gift_kept__lte=0, free_shipping_lost__lte=0),
        name="ticket_fault_loses_nothing",
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
        condition=~Q(status__in=["completed", "cancelled", "closed"]) | Q(mark_at__isnull=True),
        name="ticket_ended_owes_nothing",
    ),
    models.CheckConstraint(
        condition=Q(suspended_at__isnull=True, due_left__isnull=True)
        | Q(suspended_at__isnull=False, due_at__isnull=True),
        name="ticket_suspended_has_no_clock",
    ),
    models.CheckConstraint(
        # Where nothing is left to agree on, an open offer would ask the buyer in vain.
        condition=Q(offered_at__isnull=True) | Q(status__in=sorted(OFFERING)),
        name="ticket_offer_waits_in_its_states",
    ),
    models.CheckConstraint(
        condition=Q(outcome="", outcome_cost=0, gift_due_at__isnull=True, handed_over_at__isnull=True)
        | Q(outcome__in=InKind.values, outcome_cost__gt=0, status="completed", refunded_amount=0)
        & (Q(gift_due_at__isnull=True) | Q(handed_over_at__isnull=True)),
        name="ticket_outcome",
    ),
    models.CheckConstraint(
        condition=~Q(alerts__contains=[Alert.DELIVERED_AFTER_REFUND.value])
        | Q(status__in=[*PAID], type__in=sorted(MONEY_TYPES)),
        name="ticket_came_after_its_refund",
    ),
    models.CheckConstraint(
        condition=Q(due_at__isnull=True, due_action="") | Q(due_at__isnull=False, due_action__in=Due.values),
        name="ticket_due_says_what",
    ),
]
