"""`python -m bench.pushes [--parcels N] [--seconds S]`: 100,000 parcels on their way, whose pushes come to gunicorn as
in production: one after the other, and 100 a second for a minute, after which each must have been stored. Beside it
the statements of one push by pgbench, and the query of the job that asks for parcels. Exit 1 where a bar is missed."""

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from .database import own_database

if TYPE_CHECKING:
    from .client import Load, Request

BAR_P95_MS, BAR_STATEMENTS, BAR_RATE = 15.0, 10, 100.0
BEGIN_COMMIT = 2  # the transaction itself
ALONE = 2_000  # pushes one after the other
DUE = 200  # parcels that are to be asked for now
EACH_DELIVERED = 5  # every fifth push says that the parcel was signed for
NUMBER, PREFIX = 97, "SFBENCH"
PATH = "/notify/kuaidi100/"
SALT = secrets.token_hex(16)
SCANS = 4
FIRST = 6  # the parcels before it are those of `recorded`


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pushes", description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60, help="of the pushes that come at a rate (60)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database(False) as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "MEDIA_ROOT": folder, "ENQUEUE_JOBS": "false",
            "DJANGO_ALLOWED_HOSTS": "localhost", "CELERY_BROKER_URL": f"filesystem://{folder}",
            "KUAIDI100_CUSTOMER": "bench", "KUAIDI100_KEY": "bench", "KUAIDI100_SALT": SALT,
            "KUAIDI100_CALLBACK_URL": "https://localhost/notify/kuaidi100/",
        }  # fmt: skip
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        result = measure(url, options.parcels, options.seconds)
        from django.db import connection

        connection.close()
    print(json.dumps(result))
    sys.exit(not result["met"])


def measure(url: str, parcels: int, seconds: int) -> dict[str, Any]:
    from . import plain
    from .client import CONNECTIONS, run
    from .servers import serve

    count = int(BAR_RATE) * seconds
    first, at_a_rate, by_pgbench = FIRST, FIRST + ALONE, FIRST + ALONE + count
    needed = by_pgbench + ALONE
    if parcels < needed:
        raise SystemExit(f"--parcels: at least {needed} for {seconds} seconds")
    fill(parcels)
    found = {"parcels": parcels, "asking": asking()}
    statements, script = recorded()
    by_sql = plain.replay(script, url, 0, first=by_pgbench, transactions=ALONE // CONNECTIONS)
    with serve("config.wsgi", url, "/healthz") as server:
        alone = run(server.port, (push(g) for g in range(first, at_a_rate)), 600, 200, connections=1)
        paced = run(server.port, at_rate(push(g) for g in range(at_a_rate, by_pgbench)), 600, 200, warm_up=0)
    lost = not_stored(range(first, by_pgbench))
    found |= {
        "statements": statements, "p50_ms": round(alone.quantile(0.5), 1), "p95_ms": round(alone.quantile(0.95), 1),
        "plain_sql_ms": round(1000 / by_sql.rate, 2),
        "ratio": round(alone.quantile(0.5) * by_sql.rate / 1000, 1), "pushes": count, "rate": round(paced.rate, 1),
        "rate_p95_ms": round(paced.quantile(0.95), 1), "refused": refused(alone, paced), "lost": lost,
    }  # fmt: skip
    return found | {"met": met(found)}


def met(found: dict[str, Any]) -> bool:
    """The bars of one run."""
    return (
        found["p95_ms"] <= BAR_P95_MS
        and max(found["statements"].values()) <= BAR_STATEMENTS
        and found["rate"] >= 0.98 * BAR_RATE
        and not (found["lost"] or found["refused"])
        and found["asking"]["by_index"]
    )


def fill(count: int) -> None:
    """So many orders, each with a parcel that is followed."""
    from django.db import connection
    from django.db.models import F
    from django.utils import timezone

    from demo import people
    from demo.goods import stock_shelves
    from demo.scenes import Scene
    from demo.story import Story, order_no
    from logistics.models import Parcel, Tracking
    from orders.models import Order

    from .copies import Case, finish, skip_checks

    now = timezone.now()
    cast = people.gather(now)
    Story(Scene("buy ship", rest=2), NUMBER, cast, stock_shelves(cast.shops), now).play()
    order = Order.objects.get(order_no=order_no(NUMBER))
    if not Tracking.objects.filter(parcel__order=order).exists():
        raise SystemExit("The parcel is not followed.")
    case = Case(order.pk)
    skip_checks("replica")
    case.copy(1, count)
    skip_checks("origin")
    ids = parcel_ids(range(1, count + 1))
    with connection.cursor() as cursor:
        # Each its own number; subscribed to, and all but a few asked about lately.
        cursor.execute(
            f"UPDATE {Parcel._meta.db_table} SET tracking_no = %s || (id - %s) / %s WHERE id BETWEEN %s AND %s",
            [PREFIX, ids[0] - ids.step, ids.step, ids[0], ids[-1]],
        )
    rows = Tracking.objects.filter(parcel_id__in=(ids[0], ids[-1]))
    first, last = sorted(rows.values_list("pk", flat=True))
    rows = Tracking.objects.filter(pk__range=(first, last))
    rows.update(subscribed_at=now, next_at=now + timedelta(hours=6) + (F("pk") % 3600) * timedelta(seconds=1))
    rows.filter(pk__gt=last - DUE * ids.step).update(next_at=now - timedelta(minutes=1))
    finish()


def parcel_ids(numbers: range) -> range:
    """Of the parcels with these numbers."""
    from logistics.models import Parcel

    from .copies import WIDTH, new_id

    return range(new_id(Parcel, numbers.start), new_id(Parcel, numbers.stop), WIDTH)


def push(g: int) -> "Request":
    """All scans of parcel number `g`, the newest first, as kuaidi100 pushes them."""
    from django.utils import timezone

    from logistics.couriers.kuaidi100 import signing

    from .client import Request

    delivered, now = g % EACH_DELIVERED == 0, timezone.localtime()
    code, text = ("301", "快件已签收，签收人：本人") if delivered else ("1002", "快件已发往 上海转运中心")
    scans = [
        {
            "time": f"{now - timedelta(minutes=20 * n + 1):%Y-%m-%d %H:%M:%S}",
            "context": text if n == 0 else f"快件到达 第 {SCANS - n} 站",
            "status": "签收" if delivered and n == 0 else "在途",
            "statusCode": code if n == 0 else "1002",
        }
        for n in range(SCANS)
    ]
    state = "3" if delivered else "0"
    result = {
        "message": "ok", "state": state, "status": "200", "ischeck": str(int(delivered)), "com": "shunfeng",
        "nu": f"{PREFIX}{g}", "data": scans,
    }  # fmt: skip
    content = {"status": "shutdown" if delivered else "polling", "message": "", "lastResult": result}
    param = json.dumps(content, ensure_ascii=False)
    body = urlencode({"param": param, "sign": signing.sign(param, SALT)}).encode()
    return Request("POST", PATH, body=body, kind="application/x-www-form-urlencoded")


def at_rate(requests: Iterator["Request"]) -> Iterator["Request"]:
    """No sooner than BAR_RATE of them a second."""
    began = time.perf_counter()
    for number, request in enumerate(requests):
        time.sleep(max(0.0, began + number / BAR_RATE - time.perf_counter()))
        yield request


def recorded() -> tuple[dict[str, int], Any]:
    """Statements of a push that moves nothing and of one that delivers the order, besides BEGIN and COMMIT; the first
    ones for pgbench."""
    from django.test import Client

    from logistics.models import Parcel, Tracking
    from orders.models import Order

    from . import plain
    from .copies import WIDTH, new_id

    client = Client(SERVER_NAME="localhost")

    def send(number: int) -> None:
        request = push(number)
        answer = client.post(request.path, request.body, content_type=request.kind)
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code} {answer.content[:400]!r}")

    warm_up, scan, delivery = 1, 2, EACH_DELIVERED
    send(warm_up)  # what the first request of a process asks for once is not a push's
    ids: dict[int | str, str] = {f"{PREFIX}{scan}": f"{PREFIX}:g"}
    ids |= {new_id(model, scan): f"{new_id(model, 0)} + {WIDTH} * :g" for model in (Order, Parcel, Tracking)}
    script = plain.capture(lambda: send(scan), ids)
    counts = {"scan": script.statements, "delivery": plain.capture(lambda: send(delivery), {}).statements}
    return {kind: count - BEGIN_COMMIT for kind, count in counts.items()}, script


def not_stored(numbers: range) -> int:
    """Pushed parcels without their scans, or whose order should have been delivered and was not."""
    from django.db.models import Count

    from logistics.models import Parcel
    from orders.machine import Fulfilment

    ids = parcel_ids(numbers)
    rows = Parcel.objects.filter(pk__range=(ids[0], ids[-1])).annotate(scans=Count("events")).select_related("order")
    lost = 0
    for g, parcel in zip(numbers, rows.order_by("pk"), strict=True):
        delivered = parcel.order.fulfilment == Fulfilment.DELIVERED
        lost += parcel.scans < SCANS or delivered != (g % EACH_DELIVERED == 0)
    return lost


def asking() -> dict[str, Any]:
    """The query of the job: how long it takes, whether it goes by its index, and what the same costs in plain SQL."""
    from django.db import connection, transaction
    from django.utils import timezone

    from logistics.tracks.ask import BATCH, due

    with transaction.atomic():
        plan = due(timezone.now()).select_for_update(skip_locked=True, no_key=True)[:BATCH].explain(analyze=True)
    began = time.perf_counter()
    found = len(due(timezone.now())[:BATCH])
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT id FROM logistics_tracking WHERE next_at <= now() ORDER BY next_at, id LIMIT 50")
        cursor.fetchall()
        plain = time.perf_counter() - began
    by_index = "tracking_next" in plan and "Seq Scan" not in plan
    return {
        "found": found, "by_index": by_index, "ms": round(seconds * 1000, 1), "plain_sql_ms": round(plain * 1000, 1)
    }  # fmt: skip


def refused(*loads: "Load") -> int:
    for load in loads:
        for text in load.wrong[:1]:
            print(text, file=sys.stderr)
    return sum(len(load.wrong) for load in loads)


if __name__ == "__main__":
    main()
