"""The whole replay on an empty database, and its result."""

import gzip
import sys
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, TextIO, cast

from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Shop
from kernel.money import cents
from kernel.progress import progress
from logistics.importing import parcels
from orders.importing import Import, Rejects, Summary, Target, group
from orders.models import Order, OrderLine, Payment
from refunds.machine import Status as RefundStatus
from refunds.models import Refund

from .returns import Desk, open_shop
from .rule import Rule, entries, survey


class Invoices(NamedTuple):
    """`scattered`: invoice → in how many places of the file it stands."""

    rows: int
    scattered: dict[str, int]


def look_through(file: Path) -> Invoices:
    """The whole file once: how long it is, and which invoices are scattered. Raises NotRetail and Unreadable."""
    with opened(file) as text:
        return Invoices(*survey(entries(text)))


def run(file: Path, invoices: Invoices) -> dict[str, Any]:
    """`problems` counts what should not be: rejected orders, refused returns, differences of the audit."""
    started = monotonic()
    shop, manager = open_shop()
    rule, desk = Rule(), Desk(manager)
    imported = import_sales(file, invoices, rule, shop)
    with progress(len(rule.returns), label="returns", unit="returns") as bar:
        for wanted in rule.returns:
            desk.run(wanted)
            bar.update()
    result = totals(rule) | {
        "seconds": round(monotonic() - started, 1),
        "import_lines_per_second": round(imported.lines / imported.seconds),
        "return_ms_median": desk.milliseconds().get("return", 0),
        "step_ms_median": desk.milliseconds(),
    }
    problems = imported.rejected + sum(desk.refused.values()) + audit()
    return result | {"refused": dict(desk.refused), "problems": problems}


def import_sales(file: Path, invoices: Invoices, rule: Rule, shop: Shop) -> Summary:
    """Streams the file."""
    target = Target(shop, timezone.now(), currency="GBP", also=[parcels])
    with opened(file) as text, progress(invoices.rows, label="sales", unit="rows") as bar:
        run = Import(target, Rejects(None), dry_run=False, step=bar.update)
        return run.run(group(rule.sales(entries(text)), invoices.scattered))


def opened(file: Path) -> TextIO:
    """The file of the shop is its own: plain or gzipped CSV in UTF-8."""
    return (
        cast(TextIO, gzip.open(file, "rt", encoding="utf-8", newline=""))
        if file.suffix == ".gz"
        else open(file, encoding="utf-8", newline="")
    )


def totals(rule: Rule) -> dict[str, Any]:
    """Money and orders as the database has them, not as the file says."""
    paid = Payment.objects.aggregate(sum=Sum("captured"))["sum"] or 0
    refunded = Refund.objects.filter(status=RefundStatus.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or 0
    return {
        "orders": Order.objects.count(),
        "lines": OrderLine.objects.count(),
        "paid": str(cents(paid)),
        "returns": rule.tally.returns,
        "matched": rule.tally.matched,
        "unmatched": rule.tally.unmatched,
        "refunded": str(cents(refunded)),
        "skipped": dict(rule.tally.skipped),
    }


def audit() -> int:
    said = StringIO()
    try:
        call_command("audit_money", stdout=said)
    except CommandError as differences:
        print(said.getvalue(), differences, file=sys.stderr)
        return 1
    print(said.getvalue().strip(), file=sys.stderr)
    return 0
