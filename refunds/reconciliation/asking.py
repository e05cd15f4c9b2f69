"""Without a bill: the channel is asked for each refund of the day, one after the other."""

import csv
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from time import monotonic
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from .. import gateways
from ..machine import Status
from ..models import Refund
from ..policy import ATTEMPT_SECONDS, BREAK_AFTER, STUCK_AFTER
from .comparing import CLEAR, Result, Span, compare_answers
from .models import Difference, Kind, Source

log = logging.getLogger(__name__)


# What a question may be answered with besides the outcomes of a receipt.
FAILED = "failed"


class Number(NamedTuple):
    """`account_id`: of the merchant account that it was sent through; None: the environment's."""

    refund_no: str
    transaction_no: str
    shop_id: int
    account_id: int | None
    status: str


class Answer(NamedTuple):
    """`outcome`: of a receipt, or FAILED. `amount`, `currency`: None and empty where the channel does not say it."""

    number: str
    outcome: str
    amount: Decimal | None = None
    currency: str = ""


def numbers_of(span: Span) -> list[Number]:
    """Of what ended on the day, however long it was open before, and of what differed when it was asked for last."""
    succeeded = Q(status=Status.SUCCEEDED, settled_at__gte=span.start, settled_at__lt=span.end)
    # Moved for the last time: one that somebody proposes to settle by hand is asked for once more.
    failed = Q(status=Status.FAILED, ended_at__gte=span.start, ended_at__lt=span.end)
    differences = Difference.objects.filter(channel=span.channel, source=Source.QUERY, resolved_at=None)
    differs = set(differences.exclude(kind=Kind.STUCK).values_list("number", flat=True))
    again = Q(status__in=(Status.SUCCEEDED, Status.FAILED), refund_no__in=differs)
    ended = Refund.objects.annotate(ended_at=Coalesce("moved_at", "created_at"))
    rows = ended.filter(succeeded | failed | again, payment__channel=span.channel).order_by("pk")
    columns = "refund_no", "payment__transaction_no", "shop_id", "merchant_account_id", "status"
    numbers = [Number(*row) for row in rows.values_list(*columns)]
    # Last, so that many old differences take no time from what nobody has asked for yet.
    return sorted(numbers, key=lambda number: number.refund_no in differs)


def ask(
    channel: str, numbers: list[Number], *, until: float | None, asked: Callable[[int], object]
) -> Iterator[Answer]:
    """What the channel says of each, as far as it answers. An account that does not answer BREAK_AFTER times in a row
    is not asked again; nobody is after `until` of the monotonic clock."""
    accounts = gateways.Accounts.of_shops({number.shop_id for number in numbers})
    in_a_row: Counter[int | None] = Counter()
    for number in numbers:
        if until is not None and monotonic() > until:
            return
        gateway = accounts.sent_through(channel, number.account_id).gateway
        asked(1)
        if gateway is None or in_a_row[number.account_id] >= BREAK_AFTER:
            continue
        try:
            answer = _ask(gateway, number)
        except gateways.GatewayError as error:
            in_a_row[number.account_id] += 1
            log.warning("refund %s is not compared: %s", number.refund_no, error)
        else:
            in_a_row[number.account_id] = 0
            yield answer


def _ask(gateway: gateways.Gateway, number: Number) -> Answer:
    """Raises GatewayError only where nothing is known: that a refund has failed or does not exist is an answer."""
    deadline = gateways.Deadline.after(ATTEMPT_SECONDS)
    try:
        receipt = gateway.query(refund_no=number.refund_no, transaction_no=number.transaction_no, deadline=deadline)
    except gateways.GatewayError as error:
        if error.permanent:
            return Answer(number.refund_no, FAILED)
        # An account without the payment has refunded nothing of it. Of what has succeeded that is no word: somebody may
        # have set another key since.
        if error.other_account and number.status == Status.FAILED:
            return Answer(number.refund_no, str(gateways.Outcome.NOT_FOUND))
        raise
    return Answer(number.refund_no, str(receipt.outcome), receipt.amount, receipt.currency)


def compare(span: Span, answers: list[Answer]) -> Result:
    """The answers with our rows, and what has been open for too long."""
    out = io.StringIO()
    csv.writer(out).writerows(answers)
    out.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLEAR)
        cursor.execute(
            "CREATE TEMP TABLE answer (number text, outcome text, amount numeric, currency text) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY answer FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (currency))", out)
        cursor.execute(
            "CREATE TEMP TABLE compared ON COMMIT DROP AS SELECT number FROM answer UNION SELECT r.refund_no"
            " FROM refunds_refund r JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id"
            " WHERE p.channel = %s AND r.next_attempt_at IS NOT NULL AND NOT r.on_hold AND r.created_at < %s"
            # What was stuck and has ended since, and what has come back here too, is looked at once more.
            " UNION SELECT d.number FROM refunds_difference d JOIN refunds_refund r ON r.refund_no = d.number"
            " WHERE d.channel = %s AND d.source = 'query' AND d.resolved_at IS NULL"
            " AND (d.kind = 'stuck' OR r.status NOT IN ('succeeded', 'failed'))",
            [span.channel, span.now - STUCK_AFTER, span.channel],
        )
        return compare_answers(span)
