"""`python -m bench.reconcile [--rows N]`: a bill of 100,000 refunds of each channel with planted differences, compared;
beside it the same comparison in plain SQL on rows that are in a table already."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .database import own_database

BAR_SECONDS = 30.0
# What a person would write who has the bill in a table: which number, which amounts.
_PLAIN = """
    SELECT count(*) FROM bill_line b FULL JOIN (
        SELECT r.refund_no AS number, r.amount FROM refunds_refund r
        JOIN orders_payment p ON p.shop_id = r.shop_id AND p.id = r.payment_id
        WHERE p.channel = %s AND r.status = 'succeeded'
    ) r USING (number) WHERE b.amount IS DISTINCT FROM r.amount
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
        print(json.dumps({"rows": results, "met": all(row["seconds"] <= BAR_SECONDS for row in results)}))
        from django.db import connection

        connection.close()


def _measure(name: str, count: int, folder: Path) -> dict[str, Any]:
    from datetime import timedelta

    from django.db import connection

    from refunds.reconciliation import run
    from refunds.tests.bills import WRITERS, dearer, fill, listed
    from tests.world import NOW

    fill(_payments(name), count, NOW, prefix=f"RF{name[0].upper()}")
    rows = listed(f"RF{name[0].upper()}")
    rows = [dearer(row) if place in (10, 20, 30) else row for place, row in enumerate(rows) if place not in (1, 2)]
    path = WRITERS[name](folder / f"{name}.csv", [*rows, rows[50]])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.perf_counter()
    result = run.of_bill(path, now=NOW + timedelta(hours=12)).result
    seconds = time.perf_counter() - began
    if sorted(new.kind for new in result.new) != ["amount"] * 3 + ["missing_there"] * 2 + ["twice"]:
        raise SystemExit(f"{name}: found {result.new[:10]}")
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(_PLAIN, [name])
        plain = time.perf_counter() - began
    return {
        "bill": name, "refunds": count, "seconds": round(seconds, 2), "plain_sql_seconds": round(plain, 2),
        "ratio": round(seconds / plain, 1), "file_mib": round(path.stat().st_size / 2**20, 1),
        "memory_mib": _memory(path), "memory_of_100_rows_mib": _memory(WRITERS[name](folder / "few.csv", rows[3:103])),
    }  # fmt: skip


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
