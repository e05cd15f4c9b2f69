"""Without a bill: the channel is asked for each refund of the day, one after the other."""

import csv
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from .. import gateways
from ..machine import Status
from ..models import Refund
from ..policy import ATTEMPT_SECONDS, BREAK_AFTER, STUCK_AFTER
from .comparing import CLEAR, Result, Span, compare_answers

log = logging.getLogger(__name__)


class Number(NamedTuple):
    """`account_id`: of the merchant account that it was sent through; None: the environment's."""

    refund_no: str
    transaction_no: str
    shop_id: int
    account_id: int | None


class Answer(NamedTuple):
    number: str
    outcome: str


def numbers_of(span: Span) -> list[Number]:
    """Of what has ended: what succeeded on the day, and what was asked for on it and failed."""
    succeeded = Q(status=Status.SUCCEEDED, settled_at__gte=span.start, settled_at__lt=span.end)
    failed = Q(status=Status.FAILED, created_at__gte=span.start, created_at__lt=span.end)
    rows = Refund.objects.filter(succeeded | failed, payment__channel=span.channel).order_by("pk")
    columns = "refund_no", "payment__transaction_no", "shop_id", "merchant_account_id"
    return [Number(*row) for row in rows.values_list(*columns)]


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
        deadline = gateways.Deadline.after(ATTEMPT_SECONDS)
        try:
            receipt = gateway.query(refund_no=number.refund_no, transaction_no=number.transaction_no, deadline=deadline)
        except gateways.GatewayError as error:
            in_a_row[number.account_id] += 1
            log.warning("refund %s is not compared: %s", number.refund_no, error)
        else:
            in_a_row[number.account_id] = 0
            yield Answer(number.refund_no, str(receipt.outcome))


def compare(span: Span, answers: list[Answer]) -> Result:
    """The answers with our rows, and what has been open for too long."""
    out = io.StringIO()
    csv.writer(out).writerows(answers)
    out.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLEAR)
        cursor.execute("CREATE TEMP TABLE answer (number text, outcome text) ON COMMIT DROP")
        cursor.copy_expert("COPY answer FROM STDIN WITH (FORMAT csv)", out)
        cursor.execute(
            "CREATE TEMP TABLE compared ON COMMIT DROP AS SELECT number FROM answer UNION SELECT r.refund_no"
            " FROM refunds_refund r JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id"
            " WHERE p.channel = %s AND r.next_attempt_at IS NOT NULL AND NOT r.on_hold AND r.created_at < %s"
            # What was stuck and has ended since is looked at once more.
            " UNION SELECT number FROM refunds_difference WHERE channel = %s AND source = 'query' AND kind = 'stuck'"
            " AND resolved_at IS NULL",
            [span.channel, span.now - STUCK_AFTER, span.channel],
        )
        return compare_answers(span)
