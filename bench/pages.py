"""`python -m bench.pages`: what the pages cost, on a fresh demo, with production settings.

A page is asked for in this process (no network), so the time is the server's own. Beside it stand its statements, and
the time that the same statements take when they are sent to PostgreSQL alone, in the same rounds.
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
SLOWEST_MS = 60.0  # p95 of a storefront page with the demo
MOST_STATEMENTS = 12
MOST_KIB = 60.0  # at first view, without photos
ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))')
PHOTO = "/static/demo/"


@dataclass
class Measured:
    page: str
    statements: int
    kib: float
    server: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        p50, sql = statistics.median(self.server), statistics.median(self.plain)
        return {
            "page": self.page, "statements": self.statements, "kib": round(self.kib, 1), "p50_ms": round(p50, 1),
            "p95_ms": round(statistics.quantiles(self.server, n=20)[18], 1), "sql_p50_ms": round(sql, 2),
            "of_plain_sql": round(sql / p50, 3),
        }  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as media, own_database(keep=False):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "MEDIA_ROOT": media, "DJANGO_DEBUG": "false",
            "DJANGO_ALLOWED_HOSTS": "localhost", "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "CELERY_BROKER_URL": f"filesystem://{media}", "JOB_HINTS": "false", "SECURE_COOKIES": "false",
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
    report(rows)


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
                server, plain = timed(client, url), replayed(statements)
                if round_ >= 0:
                    measured.server.append(server)
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
        ("desk: receiving", "/admin/receive/"), ("desk: numbers", "/admin/numbers/"),
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


def timed(client: Any, url: str) -> float:
    start = time.perf_counter()
    client.get(url)
    return (time.perf_counter() - start) * 1000


def replayed(statements: "list[tuple[str, Any]]") -> float:
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    return (time.perf_counter() - start) * 1000


def report(rows: list[dict[str, Any]]) -> None:
    print(f"{'page':24}{'stmts':>6}{'KiB':>7}{'p50 ms':>8}{'p95 ms':>8}{'SQL ms':>8}{'SQL ÷ page':>12}")
    for row in rows:
        print(
            f"{row['page']:24}{row['statements']:>6}{row['kib']:>7}{row['p50_ms']:>8}{row['p95_ms']:>8}"
            f"{row['sql_p50_ms']:>8}{row['of_plain_sql']:>12}"
        )
    late = [row for row in rows if not row["page"].startswith("desk") and not met(row)]
    print(json.dumps({"pages": rows, "met": not late, "late": [row["page"] for row in late]}))


def met(row: dict[str, Any]) -> bool:
    statements: int = row["statements"]
    return statements <= MOST_STATEMENTS and row["kib"] <= MOST_KIB and row["p95_ms"] <= SLOWEST_MS


if __name__ == "__main__":
    main()
