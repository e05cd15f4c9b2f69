"""`manage.py export_ledger --from D --to D FILE.csv|.xlsx`: the ledger as an accountant books it (contract §1)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.models import Shop
from aftersales import exports
from aftersales.exports.files import FORMATS
from kernel.progress import progress


class Command(BaseCommand):
    help = "Writes the entries of the ledger from one day to another, both included, and prints the totals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--shop", metavar="CODE", help="of this shop only")
        parser.add_argument("file", type=Path, metavar="FILE.csv|.xlsx")

    def handle(self, *args: Any, **options: Any) -> None:
        path, first, last = options["file"], options["first"], options["last"]
        if path.suffix.lower() not in FORMATS:
            raise CommandError(f"{path}: the name has to end with {' or '.join(FORMATS)}.")
        if first > last:
            raise CommandError(f"--from {first} is after --to {last}.")
        period = exports.Period(first, last, _shops(options["shop"]))
        own_transaction = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            # One snapshot, so that the totals are those of the file.
            if own_transaction:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            number = exports.count(period)
            try:
                exports.write(path, exports.header(), _counted(period, number))
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
            for total in exports.totals(period):
                line = f"{total.currency} {total.account:<22}"
                self.stdout.write(f"{line} debit {total.debit:>16.2f} credit {total.credit:>16.2f}")
        self.stdout.write(f"{number} entries into {path}.")


def _shops(code: str | None) -> tuple[int, ...] | None:
    if not code:
        return None
    pk = Shop.objects.filter(code=code).values_list("pk", flat=True).first()
    if pk is None:
        raise CommandError(f"There is no shop {code}.")
    return (pk,)


def _counted(period: exports.Period, number: int) -> Iterator[list[Any]]:
    with progress(number, label="ledger", unit="entries") as bar:
        for row in exports.entries(period):
            yield row
            bar.update()
