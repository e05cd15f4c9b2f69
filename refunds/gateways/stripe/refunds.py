"""A refund as Stripe describes it, in answers and notices alike."""

import logging
from dataclasses import dataclass
from decimal import Decimal

from ...labels import BANK_REASONS
from ..port import GatewayError, Outcome, Receipt
from . import units
from .messages import Object, inner, number, text

log = logging.getLogger(__name__)
PAID, ENDED = "succeeded", ("failed", "canceled")
UNDER_WAY = ("pending", "requires_action")
CANCELED, NO_REASON = "canceled", "unknown"


@dataclass(frozen=True, slots=True)
class StripeRefund:
    fields: Object

    @property
    def refund_no(self) -> str:
        return text(inner(self.fields, "metadata"), "refund_no")

    @property
    def status(self) -> str:
        return text(self.fields, "status")

    @property
    def currency(self) -> str:
        return text(self.fields, "currency").upper()

    @property
    def amount(self) -> Decimal | None:
        value = number(self.fields, "amount")
        return None if value is None else units.from_units(value, self.currency)

    @property
    def failure(self) -> str:
        """Why it did not arrive; empty while that is open, or it did."""
        if self.status not in ENDED:
            return ""
        reason = text(self.fields, "failure_reason") or (CANCELED if self.status == CANCELED else NO_REASON)
        return BANK_REASONS.get(reason, reason)

    def receipt(self) -> Receipt:
        """Raises GatewayError: with permanent=True where it did not arrive, else where its status has no meaning."""
        if self.failure:
            raise GatewayError(self.failure, permanent=True)
        if self.status not in (PAID, *UNDER_WAY):
            raise GatewayError(f"Stripe knows this refund; its status is {self.status!r}", permanent=False)
        if text(self.fields, "pending_reason") == "insufficient_funds":
            log.error("stripe: a refund waits until the balance of the account is topped up: %s", self.refund_no)
        outcome = Outcome.SUCCEEDED if self.status == PAID else Outcome.PROCESSING
        number, trace_no, account = text(self.fields, "id"), self._trace_no(), self._account()
        return Receipt(outcome, number, trace_no, account, self.amount, self.currency)

    def _trace_no(self) -> str:
        """The bank's number (ARN, trace ID …); a card has it some days later."""
        details = inner(self.fields, "destination_details")
        return text(inner(details, text(details, "type")), "reference")

    def _account(self) -> str:
        """`visa •••• 4242`, where Stripe was asked for the charge with it, and a card paid."""
        card = inner(self.fields, "charge", "payment_method_details", "card")
        brand, last4 = text(card, "brand"), text(card, "last4")
        return f"{brand} •••• {last4}" if brand and last4 else ""
