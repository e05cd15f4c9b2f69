"""`python -m bench.pages`: what the pages cost, on a fresh demo, with production settings.

A page is asked for in this process (no network), so the time is the server's own: by the clock, and as CPU time of this
process, which other work on the machine hardly touches. Beside them stand the page's statements, and the time that the
same statements take when they are sent to PostgreSQL alone, in the same rounds.

The bar of 60 ms is meant for a machine that has nothing else to do. Where others use it, the clock tells of them: then
CPU time plus the time of the statements alone (of the quarter of the rounds that was disturbed least) is judged.
"""

import gzip
import json
import logging
import os
import re
import secrets
import statistics
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from typing import Any

from .database import own_database

ROUNDS = 60
WARM = 5
BUSY = 0.5  # load a core, before it starts
SLOWEST_MS = 60.0  # p95 of a storefront page with the demo
MAX_STATEMENTS = 12
MAX_KIB = 60.0  # at first view, without photos
ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))')
PHOTO = "/static/demo/"


@dataclass
class Measured:
    page: str
    statements: int
    kib: float
    server: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        p50, sql = statistics.median(self.server), statistics.median(self.plain)
        return {
            "page": self.page, "statements": self.statements, "kib": round(self.kib, 1),
            "cpu_p50_ms": round(statistics.median(self.cpu), 1), "cpu_p95_ms": _p95(self.cpu),
            "p50_ms": round(p50, 1), "p95_ms": _p95(self.server), "sql_p50_ms": round(sql, 2),
            "sql_calm_ms": round(statistics.quantiles(self.plain, n=4)[0], 2), "of_plain_sql": round(sql / p50, 3),
        }  # fmt: skip


def _p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[18], 1)


def main() -> None:
    busy = os.getloadavg()[0] / (os.cpu_count() or 1) > BUSY
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as media, own_database(keep=False):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "MEDIA_ROOT": media, "DJANGO_DEBUG": "false",
            "DJANGO_ALLOWED_HOSTS": "localhost", "DJANGO_SECRET_KEY": secrets.token_urlsafe(50), "NUM_PROXIES": "0",
            "CELERY_BROKER_URL": f"filesystem://{media}", "ENQUEUE_JOBS": "false", "SECURE_COOKIES": "false",
        }  # fmt: skip
        import django

        django.setup()
        logging.disable(logging.WARNING)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("seed_demo", force=True)
        rows = [measured.row() for measured in measure()]
        from django.db import connection

        connection.close()
    report(rows, busy)


def measure() -> list[Measured]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    found = []
    for name, urls in (("alice", buyers_pages()), ("mei", desk_pages())):
        client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="gzip")
        client.force_login(
            get_user_model().objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
        )
        pages = [(first_view(client, label, url), url) for label, url in urls]
        for round_ in range(-WARM, ROUNDS):
            for (measured, statements), url in pages:
                server, cpu = timed(client, url)
                plain = replayed(statements)
                if round_ >= 0:
                    measured.server.append(server)
                    measured.cpu.append(cpu)
                    measured.plain.append(plain)
        found += [measured for (measured, _statements), _url in pages]
    return found


def buyers_pages() -> list[tuple[str, str]]:
    from aftersales.models import Ticket
    from orders.models import Order

    mine = Order.objects.filter(buyer__username="alice")
    paid = mine.filter(status="paid", open_cases=0).order_by("id")[0]
    done = mine.filter(status="completed").order_by("id")[0]
    ticket = Ticket.objects.filter(buyer__username="alice", status="pending_return").order_by("id")[0]
    settled = Ticket.objects.filter(buyer__username="alice", status="completed").order_by("-id")[0]
    return [
        ("home", "/"), ("orders", "/orders/"), ("order, unshipped", f"/orders/{paid}/"),
        ("order, completed", f"/orders/{done}/"), ("apply, unshipped", f"/orders/{paid}/apply/"),
        ("apply, completed", f"/orders/{done}/apply/"), ("tickets", "/tickets/"),
        ("ticket, to send back", f"/tickets/{ticket.ticket_no}/"),
        ("ticket, completed", f"/tickets/{settled.ticket_no}/"), ("slip", f"/tickets/{ticket.ticket_no}/slip/"),
        ("FAQ", "/shops/lantern/faq/"), ("help", "/help/"),
    ]  # fmt: skip


def desk_pages() -> list[tuple[str, str]]:
    from aftersales.models import Ticket

    ticket = Ticket.objects.filter(shop__code="lantern", status="pending_review").order_by("id")[0]
    return [
        ("desk: queue", "/admin/aftersales/ticket/"),
        ("desk: review", f"/admin/aftersales/ticket/{ticket.pk}/change/"),
        ("desk: receiving", "/admin/receive/"), ("desk: shipping", "/admin/ship/"), ("desk: find", "/admin/find/?q=AS"),
        ("desk: numbers", "/admin/numbers/"), ("desk: activity", "/admin/activity/"),
    ]  # fmt: skip


def first_view(client: Any, label: str, url: str) -> "tuple[Measured, list[tuple[str, Any]]]":
    """Its statements with their values, and what travels when it is seen for the first time."""
    from django.db import connection

    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(url)
    if answer.status_code != 200:
        raise SystemExit(f"{url} answers {answer.status_code}")
    html = gzip.decompress(answer.content) if answer.headers.get("Content-Encoding") == "gzip" else answer.content
    kib = len(answer.content) + sum(map(travels, sorted(set(ASSET.findall(html.decode())))))
    return Measured(label, len(statements), kib / 1024), statements


def travels(url: str) -> int:
    """Bytes of a style, script or drawing as it is served, compressed; photos of goods do not count."""
    from django.conf import settings

    path = settings.STATIC_ROOT / url.removeprefix("/static/")
    packed = path.with_name(f"{path.name}.gz")
    return 0 if PHOTO in url else (packed if packed.exists() else path).stat().st_size


def timed(client: Any, url: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of CPU."""
    start, cpu = time.perf_counter(), time.process_time()
    client.get(url)
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000


def replayed(statements: "list[tuple[str, Any]]") -> float:
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    return (time.perf_counter() - start) * 1000


COLUMNS = {
    "statements": "stmts", "kib": "KiB", "cpu_p50_ms": "CPU p50", "cpu_p95_ms": "CPU p95", "p50_ms": "p50 ms",
    "p95_ms": "p95 ms", "sql_p50_ms": "SQL ms", "of_plain_sql": "SQL ÷ page",
}  # fmt: skip


def report(rows: list[dict[str, Any]], busy: bool) -> None:
    print(f"{'page':24}" + "".join(f"{title:>11}" for title in COLUMNS.values()))
    for row in rows:
        print(f"{row['page']:24}" + "".join(f"{row[column]:>11}" for column in COLUMNS))
    if busy:
        print("\nThe machine was busy before: CPU p95 and the statements alone are judged, not the clock.")
    late = [row["page"] for row in rows if not row["page"].startswith("desk") and not met(row, busy)]
    print(json.dumps({"pages": rows, "busy": busy, "met": not late, "late": late}))


def met(row: dict[str, Any], busy: bool) -> bool:
    spent: float = row["cpu_p95_ms"] + row["sql_calm_ms"] if busy else row["p95_ms"]
    statements: int = row["statements"]
    return statements <= MAX_STATEMENTS and row["kib"] <= MAX_KIB and spent <= SLOWEST_MS


if __name__ == "__main__":
    main()
