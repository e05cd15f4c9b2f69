"""GET /healthz: the process answers. GET /readyz: it can also do its work, or says why not."""

from collections.abc import Callable
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything answers "ok", else 503. A reason names the kind of fault, never a host or a password."""
    report = {name: _outcome(check) for name, check in CHECKS.items()}
    good = all(outcome == "ok" for outcome in report.values())
    return JsonResponse({"status": "ok" if good else "unavailable", "checks": report}, status=200 if good else 503)


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


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "broker": _broker, "migrations": _migrations}
