"""What our database says, read past the program itself."""

from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg2

REFUNDS = """
SELECT refund.refund_no, payment.transaction_no, refund.amount, refund.status, refund.last_error,
       EXISTS (SELECT FROM refunds_refund later WHERE later.retry_of_id = refund.id)
FROM refunds_refund refund JOIN orders_payment payment ON payment.id = refund.payment_id
ORDER BY refund.id
"""
NOTICES = "SELECT count(*) FROM refunds_channelnotice"
# Of what is still open: how long until the channel is asked the last of these questions.
NEXT_ATTEMPT = """
SELECT coalesce(extract(epoch FROM max(next_attempt_at) - clock_timestamp()), 0)::float
FROM refunds_refund WHERE status IN ('pending', 'processing')
"""
TICKETS = "SELECT ticket_no, status FROM aftersales_ticket WHERE status <> 'completed' ORDER BY id"
PULSES = "SELECT kind, queues FROM kernel_heartbeat WHERE at > clock_timestamp() - interval '30 seconds'"


@dataclass(frozen=True)
class Booked:
    refund_no: str
    transaction_no: str
    amount: Decimal
    status: str
    last_error: str = ""
    retried: bool = False

    @property
    def open(self) -> bool:
        return self.status in ("pending", "processing")


class Records:
    def __init__(self, url: str) -> None:
        self.url = url

    def refunds(self) -> list[Booked]:
        return [Booked(*row) for row in self._read(REFUNDS)]

    def notices(self) -> int:
        """Of channels: those that were verified, and stored."""
        return int(self._read(NOTICES)[0][0])

    def seconds_to_next_attempt(self) -> float:
        return float(self._read(NEXT_ATTEMPT)[0][0])

    def open_tickets(self) -> list[str]:
        return [f"{number} is {status}" for number, status in self._read(TICKETS)]

    def working(self) -> set[str]:
        """Queues that a worker with a heartbeat takes, and "beat"."""
        rows = self._read(PULSES)
        return {name for kind, queues in rows for name in (queues if kind == "worker" else [kind])}

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        """Raises psycopg2.OperationalError while the database is away."""
        with closing(psycopg2.connect(self.url, connect_timeout=5)) as link, link.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
