"""The sandbox channel (contract §7): refunds inside the process as an outside system would, with books of its own.

The prefix of the transaction number scripts it. Its transactions are its own: what it carried out stays
carried out, whatever becomes of the caller. The row lock makes two calls with one number one refund.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from ..labels import SANDBOX_REFUSES
from ..models import SandboxRefund
from .port import Deadline, GatewayError, Outcome, Receipt, RequestRefused

FAILURES_OF_DOWN = 2
QUERIES_OF_SLOW = 2


class Sandbox:
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
        if transaction_no.startswith("FAIL-"):
            raise RequestRefused(SANDBOX_REFUSES, permanent=True)
        with _records(refund_no, transaction_no, amount, deadline) as row:
            row.requests += 1
            if row.carried_out_at is None and _may_carry_out(row):
                row.carried_out_at = timezone.now()
        return _answer(row)

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        with _until(deadline):
            row = SandboxRefund.objects.select_for_update().filter(refund_no=refund_no).first()
            if row is None:
                return Receipt(Outcome.NOT_FOUND)
            row.queries += 1
            if _is(row, "SLOW-") and row.queries >= QUERIES_OF_SLOW and row.carried_out_at is None:
                row.carried_out_at = timezone.now()
            if _is(row, "RETURNED-") and row.carried_out_at is None:
                row.returned_at = row.returned_at or timezone.now()
            row.save()
        if row.carried_out_at is None and not _is(row, "SLOW-") and row.returned_at is None:
            return Receipt(Outcome.NOT_FOUND)
        return _receipt(row)


@contextmanager
def _until(deadline: Deadline) -> Iterator[None]:
    """A transaction that waits for the row of another call no longer than `deadline` allows."""
    milliseconds = max(1, int(deadline.left() * 1000))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # SET takes no parameters; `true` limits the setting to this transaction.
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
            yield
    except OperationalError as error:
        raise GatewayError("the sandbox did not answer in time", permanent=False) from error


@contextmanager
def _records(refund_no: str, transaction_no: str, amount: Decimal, deadline: Deadline) -> Iterator[SandboxRefund]:
    """The row of this number, made when it is new, locked, saved and committed at the end."""
    with _until(deadline):
        new = SandboxRefund(refund_no=refund_no, transaction_no=transaction_no, amount=amount)
        # ON CONFLICT DO NOTHING, then the lock: two first calls with one number meet at the same row (F10).
        SandboxRefund.objects.bulk_create([new], ignore_conflicts=True)
        row = SandboxRefund.objects.select_for_update().get(refund_no=refund_no)
        if (row.transaction_no, row.amount) != (transaction_no, amount):
            raise GatewayError("this number was used for another refund", permanent=False)
        yield row
        row.save()


def _is(row: SandboxRefund, prefix: str) -> bool:
    return row.transaction_no.startswith(prefix)


def _may_carry_out(row: SandboxRefund) -> bool:
    if _is(row, "DOWN-"):
        return row.requests > FAILURES_OF_DOWN
    if _is(row, "RETURNED-"):
        # The first one comes back from the bank; the one that is sent instead of it arrives.
        rows = SandboxRefund.objects.filter(transaction_no=row.transaction_no, returned_at__isnull=False)
        return rows.exclude(pk=row.pk).exists()
    return not _is(row, "SLOW-")


def _answer(row: SandboxRefund) -> Receipt:
    if _is(row, "DOWN-") and row.carried_out_at is None:
        raise GatewayError("the sandbox is down", permanent=False)
    if _is(row, "LOST-") and row.requests == 1:
        raise GatewayError("the sandbox did not answer in time", permanent=False)
    return _receipt(row)


def _receipt(row: SandboxRefund) -> Receipt:
    if row.returned_at is not None:
        return Receipt(Outcome.RETURNED, f"SB{row.pk}")
    done = row.carried_out_at is not None
    account = f"•••• {row.transaction_no[-4:]}"
    return Receipt(
        Outcome.SUCCEEDED if done else Outcome.PROCESSING, f"SB{row.pk}", f"SBT{row.pk:08}" if done else "", account
    )
