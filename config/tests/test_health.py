"""/healthz says that the process lives; /readyz that it can work, or why not."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from config import celery_settings
from kernel import watch
from kernel.jobs import Job, Outcome, jobs
from kernel.models import Heartbeat
from web import health

pytestmark = pytest.mark.django_db


def test_alive_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.fixture
def at_work() -> None:
    """A worker of every queue and beat, as their processes would write it."""
    watch.record(watch.WORKER, "worker money@here 1", ["money"])
    watch.record(watch.WORKER, "worker sweeps@here 2", ["sweeps", "couriers", "news"])
    watch.record(watch.BEAT, "beat@here 3")


ALL = ["database", "broker", "migrations", "workers", "beat", "jobs"]


def test_ready(client: Client, at_work: None) -> None:
    for path, checks in (("/readyz", ALL), ("/readyz/jobs", ALL[3:])):
        answer = client.get(path)
        assert answer.status_code == 200, answer.json()
        assert answer.json() == {"status": "ok", "checks": dict.fromkeys(checks, "ok"), "reasons": []}


def silence(kind: str, seconds: float) -> None:
    """As if the processes of this kind had last been heard of so long ago, by the database's clock."""
    with connection.cursor() as cursor:
        sql = "UPDATE kernel_heartbeat SET at = clock_timestamp() - make_interval(secs => %s) WHERE kind = %s"
        cursor.execute(sql, [seconds, kind])


@pytest.mark.parametrize(("kind", "reason"), [("worker", "workers"), ("beat", "beat")])
def test_a_dead_worker_or_beat_is_said_and_takes_no_page_away(
    client: Client, at_work: None, kind: str, reason: str
) -> None:
    silence(kind, watch.SILENT_AFTER - 1)
    assert client.get("/readyz").json()["status"] == "ok"

    silence(kind, watch.SILENT_AFTER)

    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["reasons"]) == (200, "degraded", [reason])
    assert client.get("/readyz/jobs").status_code == 503
    assert client.get("/readyz/jobs").json()["reasons"] == [reason]


def test_one_queue_without_a_worker_is_named(client: Client, at_work: None) -> None:
    Heartbeat.objects.filter(name__contains="money").delete()
    assert client.get("/readyz").json()["checks"]["workers"] == "no worker takes: money"


def test_nobody_was_ever_there(client: Client) -> None:
    checks = client.get("/readyz/jobs").json()["checks"]
    assert checks["workers"] == "no worker takes: money, sweeps, couriers, news"
    assert checks["beat"] == "never seen"


@pytest.mark.parametrize(("seconds", "late"), [(59, False), (60, False), (61, True)])
def test_a_row_that_is_due_for_long_is_late(
    client: Client, at_work: None, monkeypatch: pytest.MonkeyPatch, seconds: int, late: bool
) -> None:
    now = timezone.now()

    def waiting(asked: datetime) -> watch.Backlog:
        return watch.Backlog(1, now - timedelta(seconds=seconds))

    job = Job("config.test_job", 1, 2.0, 300, 0, lambda now, dry_run: Outcome(), waiting)
    monkeypatch.setattr("kernel.jobs._JOBS", {"test_job": job})
    monkeypatch.setattr(timezone, "now", lambda: now)
    answer = client.get("/readyz").json()
    assert answer["checks"]["jobs"] == (f"late: test_job {seconds} s" if late else "ok")
    assert answer["status"] == ("degraded" if late else "ok")


def test_what_somebody_waits_for_is_watched() -> None:
    watched = {job.name for job in jobs() if job.waiting}
    assert watched >= {"send_refunds", "approve_unanswered", "close_unanswered", "confirm_receipt", "close_window"}
    for job in jobs():
        if job.waiting:
            assert job.waiting(timezone.now()) == watch.Backlog(0), job.task


def test_heartbeats_of_long_ago_are_forgotten() -> None:
    watch.record(watch.WORKER, "worker old@here 1", ["money"])
    silence("worker", 86_401)
    watch.record(watch.BEAT, "beat@here 3")
    assert [pulse.name for pulse in watch.pulses()] == ["beat@here 3"]


def test_a_lost_database_is_503_without_its_secrets(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> str:
        raise OperationalError('connection to server at "10.1.2.3" failed: password "hidden-word"')

    monkeypatch.setitem(health.CHECKS, "database", lost)
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "unreachable (OperationalError)"
    assert "hidden-word" not in answer.content.decode()
    assert "10.1.2.3" not in answer.content.decode()


def test_a_lost_broker_is_503(client: Client, settings: Any, tmp_path: Path) -> None:
    folder = f"filesystem://{tmp_path}/broker"
    settings.CELERY_BROKER_URL = folder
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = celery_settings.transport_options(folder, role="web")
    assert client.get("/readyz").status_code == 200  # no worker, but nothing that a page needs is missing

    (tmp_path / "broker").rename(tmp_path / "gone")

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == "the broker folder is gone"


def test_a_migration_that_waits_is_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2])
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "2 not applied: run manage.py migrate"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/jobs"])
def test_only_to_be_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
