"""GET /healthz: the process answers. GET /readyz: this process can serve people, or why not, and how the work goes.
GET /readyz/jobs: the work of nobody who waits is done, or why not.

A dead worker makes no 503 of /readyz. A balancer takes out what answers 503, and every web process would answer it at
the same time: buyers and merchants would lose the pages although nothing that they do there needs a worker, and that
brings no worker back. What they do is kept, and done once one is there. So /readyz says `degraded` with the reason
and stays 200; who is to be woken looks at /readyz/jobs (503) or at /metrics.
"""

from collections.abc import Callable
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel import watch
from kernel.jobs import jobs

Checks = dict[str, Callable[[], str]]


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the checks of a web process answer "ok", else 503. `reasons`: the names of the checks that do not.

    A reason in words names the kind of fault, never a host or a password.
    """
    own = {name: _outcome(check) for name, check in CHECKS.items()}
    # Without a database there is nothing to be read about workers.
    work = {name: _outcome(check) for name, check in WORK.items()} if own["database"] == "ok" else {}
    if _bad(own):
        return _answer("unavailable", own | work, 503)
    return _answer("degraded" if _bad(work) else "ok", own | work, 200)


@require_safe
@never_cache
def working(request: HttpRequest) -> JsonResponse:
    """For the monitor: 503 when a queue has no worker, beat is silent or a job is late."""
    report = {name: _outcome(check) for name, check in WORK.items()}
    return _answer("unavailable", report, 503) if _bad(report) else _answer("ok", report, 200)


def _answer(status: str, report: dict[str, str], code: int) -> JsonResponse:
    return JsonResponse({"status": status, "checks": report, "reasons": _bad(report)}, status=code)


def _bad(report: dict[str, str]) -> list[str]:
    return [name for name, outcome in report.items() if outcome != "ok"]


def _outcome(check: Callable[[], str]) -> str:
    try:
        # Whatever a check raises is its answer: the probe itself must not fail.
        return check() or "ok"
    except Exception as error:
        return f"unreachable ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        messages = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]))
        return "" if messages.is_dir() else "the broker folder is gone"
    # One short try: whoever probes has a time limit too, and must get the answer before it.
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=0, timeout=1)
    return ""


def waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrations() -> str:
    waiting = waiting_migrations()
    return f"{waiting} not applied: run manage.py migrate" if waiting else ""


def _workers() -> str:
    served = {queue for pulse in watch.pulses() if pulse.alive for queue in pulse.queues}
    missing = [queue for queue in settings.QUEUES if queue not in served]
    return f"no worker takes: {', '.join(missing)}" if missing else ""


def _beat() -> str:
    ages = [pulse.age for pulse in watch.pulses() if pulse.kind == watch.BEAT]
    if not ages:
        return "never seen"
    return f"silent for {min(ages):.0f} s" if min(ages) >= watch.SILENT_AFTER else ""


def _jobs() -> str:
    now = timezone.now()
    ages = {job: job.waiting(now).age(now) for job in jobs() if job.waiting}
    late = [f"{job.name} {age.total_seconds():.0f} s" for job, age in ages.items() if age > job.late_after]
    return f"late: {', '.join(late)}" if late else ""


CHECKS: Checks = {"database": _database, "broker": _broker, "migrations": _migrations}
WORK: Checks = {"workers": _workers, "beat": _beat, "jobs": _jobs}
