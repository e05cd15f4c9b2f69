"""Refunds over Stripe's API: what its errors mean stands in codes.py, what a message looks like in messages.py."""

import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from ..facts import error_of
from ..port import (
    FOR_A_PERSON,
    Deadline,
    Fault,
    Finding,
    GatewayError,
    Notice,
    NoticeAnswer,
    Outcome,
    Receipt,
)
from . import callbacks, codes, units
from .messages import Account, text
from .refunds import UNDER_WAY, StripeRefund

REFUNDS = "/v1/refunds"
PAGE = 100  # the most that Stripe lists at once
ALARMS = (codes.Meaning.CONFIGURE, codes.Meaning.TOP_UP)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stripe:
    account: Account
    accepted: ClassVar[NoticeAnswer] = NoticeAnswer(200)
    refused: ClassVar[NoticeAnswer] = NoticeAnswer(400)

    def request(
        self,
        *,
        refund_no: str,
        transaction_no: str,
        amount: Decimal,
        total: Decimal,
        currency: str,
        deadline: Deadline,
    ) -> Receipt:
        payment = _payment(transaction_no)
        try:
            asked = units.to_units(amount, currency)
        except ValueError as error:
            raise GatewayError(f"Stripe refunds no such amount: {error}", permanent=True) from None
        form = {**payment, "amount": str(asked), "metadata[refund_no]": refund_no, "expand[]": "charge"}
        reply = self.account.post(REFUNDS, form, deadline, key=refund_no)
        if not reply.failure:
            return _of(StripeRefund(reply.fields), refund_no)
        facts = _alarm(reply.failure, reply.words)
        unknown = reply.failure.code == codes.RESOURCE_MISSING and codes.meaning(reply.failure) == codes.Meaning.PERSON
        refusal = error_of(facts, reply.words, other_account=unknown)
        if not facts.permanent and reply.failure.type != codes.IDEMPOTENCY:
            raise refusal
        # This call moved no money. An earlier one, whose answer was lost, may have: no refund is called failed, and no
        # used key an error, before Stripe was asked for it.
        known = self._look(refund_no, transaction_no, deadline)
        if known is None:
            raise refusal
        return _of(known, refund_no)

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        refund = self._look(refund_no, transaction_no, deadline)
        return refund.receipt() if refund else Receipt(Outcome.NOT_FOUND)

    def check(self, *, deadline: Deadline) -> Finding:
        """Asks for the refund of a charge that cannot exist, so that the right to refund is proved too."""
        number = f"check{uuid.uuid4().hex}"
        try:
            reply = self.account.post(REFUNDS, {"charge": f"ch_{number}"}, deadline, key=number)
        except GatewayError as error:
            return Finding(Fault.NO_ANSWER, str(error))
        if reply.failure and reply.failure.code == codes.RESOURCE_MISSING:
            return Finding()
        if not reply.failure:
            return Finding(Fault.REFUSED, "a refund of a charge that does not exist was carried out")
        return Finding(_FAULTS.get(reply.failure.status, Fault.REFUSED), reply.words)

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime, deadline: Deadline) -> Notice:
        return callbacks.read(headers=headers, body=body, now=now, secret=self.account.webhook_secret)

    def _look(self, refund_no: str, transaction_no: str, deadline: Deadline) -> StripeRefund | None:
        """What became of this number. Every refund of the payment is read: Stripe forgets the key after a day, and one
        that did not arrive may stand above one that did."""
        same = [refund for refund in self._all(_payment(transaction_no), deadline) if refund.refund_no == refund_no]
        alive = [refund for refund in same if not refund.failure]
        if len(alive) > 1:
            log.error("stripe has refunded %s %d times: %s", refund_no, len(alive), transaction_no)
        # The one that has arrived before the one that is under way.
        alive.sort(key=lambda refund: refund.status in UNDER_WAY)
        return next(iter(alive or same), None)

    def _all(self, payment: Mapping[str, str], deadline: Deadline) -> Iterator[StripeRefund]:
        params = {**payment, "limit": str(PAGE), "expand[]": "data.charge"}
        while True:
            reply = self.account.get(REFUNDS, params, deadline)
            if reply.failure and reply.failure.code == codes.RESOURCE_MISSING:
                # With the key of another account, or of the test mode, no payment is known: that says nothing of what
                # was sent by the right one.
                words = f"this account does not know the payment: {reply.words}"
                raise GatewayError(words, permanent=False, retry_after=FOR_A_PERSON, other_account=True)
            rows = reply.fields.get("data")
            if reply.failure or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                # A refused question says nothing about the refund.
                wait = _alarm(reply.failure, reply.words).wait if reply.failure else None
                raise GatewayError(f"no list of refunds: {reply.words}", permanent=False, retry_after=wait)
            yield from (StripeRefund(row) for row in rows)
            if reply.fields.get("has_more") is not True:
                return
            last = text(rows[-1], "id") if rows else ""
            if last in ("", params.get("starting_after")):
                raise GatewayError("a list of refunds that does not end", permanent=False)
            params["starting_after"] = last


_FAULTS = {401: Fault.API_KEY, 403: Fault.PERMISSION}
_PREFIXES = {"pi_": "payment_intent", "ch_": "charge", "py_": "charge"}


def _payment(transaction_no: str) -> dict[str, str]:
    name = _PREFIXES.get(transaction_no[:3])
    if name is None:
        raise GatewayError(f"{transaction_no} is no number of a payment at Stripe (pi_, ch_, py_)", permanent=True)
    return {name: transaction_no}


def _of(refund: StripeRefund, refund_no: str) -> Receipt:
    """Raises GatewayError with permanent=False for another refund."""
    if refund.refund_no != refund_no:
        raise GatewayError("the answer is about another refund", permanent=False)
    return refund.receipt()


def _alarm(failure: codes.Failure, words: str) -> codes.Facts:
    """What stops every refund of the account goes into the log as an error."""
    if codes.meaning(failure) in ALARMS:
        log.error("stripe refunds nothing until somebody acts: %s", words)
    return codes.facts(failure)
