"""What a ticket says of its application, in columns and in its history. Pure."""

from datetime import datetime
from decimal import Decimal

from kernel.money import ZERO
from orders.machine import Fulfilment
from orders.machine import Status as OrderStatus

from ...models import Reason
from ...rules.amounts import Quote
from ...rules.application import Application
from ...rules.eligibility import changes_product, repairs_failed
from ...rules.facts import Facts
from ...rules.promotion_facts import DeductionColumns, columns_of
from ...rules.quality import quality_path
from ...selectors.alerts import alerts_for
from ...states import MONEY_TYPES, QUALITY_REASONS, Alert, Fault, Phase, Status, Type


class Columns(DeductionColumns):
    """Those of a ticket that follow from its application."""

    type: str
    unshipped: bool
    phase: str
    reason: Reason | None
    sub_reason: Reason | None
    fault: str
    description: str
    received: bool
    alerts: list[str]
    quality_path: str
    after_failed_repairs: bool
    claimed_amount: Decimal | None
    requested_amount: Decimal
    approved_amount: Decimal | None
    approved_at: datetime | None
    refund_started_at: datetime | None
    freight_amount: Decimal
    price_difference: Decimal
    other_product: bool
    return_freight_payer: str
    returnless: bool


def in_history(facts: Facts, quote: Quote, application: Application) -> dict[str, object]:
    """The facts of this version of the application; every one is kept."""
    return {"type": facts.type, "requested_amount": _requested(facts, quote), "application": application.as_data()}


def _requested(facts: Facts, quote: Quote) -> Decimal:
    return quote.total if facts.type in MONEY_TYPES else ZERO


def first_status(facts: Facts) -> str:
    """A refund of units that nobody has packed needs no review."""
    at_once = (
        facts.type == Type.REFUND_ONLY
        # An amount named by the buyer has to be judged by somebody (E-6).
        and facts.claimed is None
        and facts.order.status == OrderStatus.PAID
        # Packed units may leave at any moment, so the merchant stops them first (B-01); not once they are late (B-18).
        and (facts.order.fulfilment == Fulfilment.UNALLOCATED or facts.order.ship_overdue(facts.now))
        and facts.all_unshipped
    )
    return Status.PENDING_REFUND if at_once else Status.PENDING_REVIEW


def described(facts: Facts, quote: Quote, application: Application) -> Columns:
    """The columns of the ticket that follow from the application; for applying and amending."""
    at_once = first_status(facts) == Status.PENDING_REFUND
    return {
        "type": facts.type,
        "unshipped": facts.claimed is None and facts.all_unshipped,
        "phase": Phase.AFTERSALE if facts.order.status == OrderStatus.COMPLETED else Phase.ONSALE,  # S-004
        "reason": facts.reason,
        "sub_reason": facts.sub_reason,
        # A copy: when the back office changes the reason later, open tickets keep what they were priced by.
        "fault": facts.fault,
        "description": application.description,
        "received": facts.received,
        "alerts": ([] if at_once else alerts_for(facts.type, application.description, facts.order.shop_id))
        + [Alert.CHARGEBACK_OPEN.value] * quote.disputed
        + [Alert.CHARGEBACK_LOST.value] * quote.lost
        + [Alert.COMPLAINT_OPEN.value] * facts.order.complained,
        "quality_path": quality_path(facts),
        "after_failed_repairs": facts.reason is not None
        and facts.reason.code in QUALITY_REASONS
        and any(repairs_failed(facts, requested) for requested in facts.requested_lines),
        "claimed_amount": facts.claimed,
        "requested_amount": _requested(facts, quote),
        "approved_amount": quote.total if at_once else None,
        "approved_at": facts.now if at_once else None,
        "refund_started_at": facts.now if at_once else None,
        "freight_amount": quote.freight_amount,
        **columns_of(quote.deductions),
        "price_difference": quote.price_difference,
        "other_product": changes_product(facts),
        "return_freight_payer": "buyer" if facts.fault == Fault.BUYER else "merchant",  # S-065…S-067
        "returnless": all(requested.line.virtual for requested in facts.requested_lines),  # S-170
    }
