"""`python -m bench.reconcile [--rows N]`: a bill of 100,000 refunds of each channel with planted differences of every
kind and a fee in every line, compared; each fee is booked once. Beside it the same comparison in plain SQL on rows that
are in a table already. Exit 1 where a bar is missed."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from .database import own_database

BAR_SECONDS = 30.0
# More memory than for a bill of 100 rows: one that holds its rows needs several times the size of the file.
BAR_GROWTH_MIB = 8.0
# How many of each kind are planted, and nothing else may be found.
PLANTED = {"missing_there": 2, "missing_here": 1, "amount": 3, "twice": 1, "stuck": 2}
# What a person would write who has the bill in a table: which number, which amounts.
_PLAIN = """
    SELECT count(*) FROM bill_line b FULL JOIN (
        SELECT r.refund_no AS number, r.amount FROM refunds_refund r
        JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
        WHERE p.channel = %s AND r.status = 'succeeded'
    ) r USING (number) WHERE b.amount IS DISTINCT FROM r.amount
"""


_BOOKED = """
    SELECT count(*), sum(CASE e.debit WHEN 'fees' THEN e.amount ELSE -e.amount END)
    FROM refunds_ledgerentry e JOIN orders_payment p ON p.shop_id = e.shop_id AND p.id = e.payment_id
    WHERE e.about = 'fee' AND p.channel = %s
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reconcile", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with own_database(False), tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "ENQUEUE_JOBS": "false", "MEDIA_ROOT": folder}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        results = [_measure(name, options.rows, Path(folder)) for name in ("alipay", "wechatpay", "stripe")]
        for row in results:
            print(" ".join(f"{key}={value}" for key, value in row.items()))
        verdict = judge(results)
        print(json.dumps({"rows": results, **verdict}))
        from django.db import connection

        connection.close()
    sys.exit(not verdict["met"])


def judge(results: list[dict[str, Any]]) -> dict[str, bool]:
    """Time and memory, each by its own bar."""
    seconds_met = all(row["seconds"] <= BAR_SECONDS for row in results)
    memory_met = all(row["memory_mib"] - row["memory_of_100_rows_mib"] <= BAR_GROWTH_MIB for row in results)
    return {"seconds_met": seconds_met, "memory_met": memory_met, "met": seconds_met and memory_met}


def _measure(name: str, count: int, folder: Path) -> dict[str, Any]:
    from datetime import timedelta

    from django.db import connection

    from refunds.reconciliation import run
    from refunds.tests.bills import WRITERS
    from tests.world import NOW

    rows = plant(name, _payments(name), count)
    path = WRITERS[name](folder / f"{name}.csv", rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.perf_counter()
    result = run.of_bill(path, now=NOW + timedelta(hours=12)).result
    seconds = time.perf_counter() - began
    if Counter(new.kind for new in result.new) != PLANTED:
        raise SystemExit(f"{name}: found {result.new[:10]}")
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, [name])
        if cursor.fetchone() != (booked := (len(rows), sum(row.fee for row in rows))):
            raise SystemExit(f"{name}: the fees are not booked as {booked}")
        began = time.perf_counter()
        cursor.execute(_PLAIN, [name])
        plain = time.perf_counter() - began
    return {
        "bill": name, "refunds": count, "seconds": round(seconds, 2), "plain_sql_seconds": round(plain, 2),
        "ratio": round(seconds / plain, 1), "file_mib": round(path.stat().st_size / 2**20, 1),
        "memory_mib": _memory(path), "memory_of_100_rows_mib": _memory(WRITERS[name](folder / "few.csv", rows[40:140])),
    }  # fmt: skip


def plant(name: str, payments: list[Any], count: int) -> list[Any]:
    """`count` refunds here, and the rows of a bill that differs from them by PLANTED."""
    from refunds.models import Refund
    from refunds.tests.bills import dearer, fill, listed, paid
    from tests.world import NOW

    settled, waiting = f"RF{name[0].upper()}", f"OPEN{name[0].upper()}"
    fill(payments, count, NOW, prefix=settled)
    fill(payments, PLANTED["stuck"], NOW, prefix=waiting, status="processing")
    # The channel's number of one that is open is not known here: every bill has to name it by ours.
    Refund.objects.filter(refund_no__startswith=waiting).update(gateway_no="")
    rows = listed(settled)
    rows = [dearer(row) if place in (10, 20, 30) else row for place, row in enumerate(rows) if place not in (1, 2)]
    foreign = replace(rows[0], number=f"{name}-console", gateway_no="re_console")
    still_open = [replace(row, gateway_no=row.number) for row in listed(waiting)]
    charged = paid(payments, NOW)
    back = [replace(row, fee=-Decimal("0.01") * (1 + place % 60)) for place, row in enumerate(rows)]
    return [*charged, *back, back[50], *(replace(row, fee=Decimal("0.05")) for row in (foreign, *still_open))]


def _memory(bill: Path) -> float:
    """The most that `manage.py reconcile` has had in memory."""
    # A process begins with what its parent has in memory, so a small one starts it.
    starter = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", starter, sys.executable, "manage.py", "reconcile", "--bill", str(bill)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return round(int(done.stdout) / 1024, 1)


def _payments(name: str) -> list[Any]:
    from orders.models import Payment
    from tests.world import World

    world = World() if name == "alipay" else _WORLD[0]
    _WORLD[:] = [world]
    orders = [world.place_order() for _ in range(100)]
    Payment.objects.filter(order__in=orders).update(channel=name)
    return list(Payment.objects.filter(order__in=orders))


_WORLD: list[Any] = []


if __name__ == "__main__":
    main()
