"""Messages: what beat sends, and what a dead broker costs."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from celery import Celery, Task
from celery.exceptions import Retry
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from config import celery_settings
from config.celery import app, schedule_jobs
from kernel.jobs import Outcome, jobs, register
from refunds import policy


def test_beat_sends_every_registered_job_and_what_nobody_took_expires() -> None:
    schedule_jobs(app)

    assert sorted(app.conf.beat_schedule) == sorted(job.task for job in jobs())
    for job in jobs():
        entry = app.conf.beat_schedule[job.task]
        assert entry["task"] == job.task
        assert "args" not in entry
        assert entry["options"]["expires"] == entry["schedule"] == job.every


def test_every_job_is_a_task_that_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def run(now: datetime, dry_run: bool) -> Outcome:
        called.append((now, dry_run))
        return Outcome(done=3)

    monkeypatch.setattr("kernel.jobs._JOBS", {})
    register("config.test_job", run, order=1, every=1)
    before = timezone.now()
    assert app.tasks["config.test_job"].run() == "3 done, 0 skipped, 0 failed"
    assert [dry_run for _, dry_run in called] == [False]
    assert before <= called[0][0] <= timezone.now()
    with pytest.raises(ValueError, match="two jobs are called test_job"):
        register("kernel.test_job", run, order=1, every=1)
    app.tasks.unregister("config.test_job")


@pytest.mark.parametrize(
    ("retries", "error", "again"), [(3, OperationalError, True), (3, ValueError, False), (0, OperationalError, False)]
)
def test_only_a_lost_database_is_retried(
    monkeypatch: pytest.MonkeyPatch, retries: int, error: type[Exception], again: bool
) -> None:
    def lose(now: datetime, dry_run: bool) -> Outcome:
        raise error

    monkeypatch.setattr("kernel.jobs._JOBS", {})
    register("config.test_job", lose, order=1, every=3600, retries=retries)
    task = app.tasks["config.test_job"]
    sent: list[Any] = []

    def retry(self: Task, **options: Any) -> Retry:
        sent.append(options)
        return Retry()

    monkeypatch.setattr(type(task), "retry", retry)
    with pytest.raises(Retry if again else error):
        task.run()
    assert bool(sent) is again
    app.tasks.unregister("config.test_job")


def test_the_web_publishes_through_this_app() -> None:
    import celery

    assert celery.current_app._get_current_object() is app  # type: ignore[attr-defined]  # a proxy of werkzeug's kind
    app.loader.import_default_modules()  # what a worker does first
    assert {"refunds.send", "orders.confirm_receipt", "kernel.purge_idempotency"} <= set(app.tasks)


def test_settings_are_djangos() -> None:
    """In the CELERY_ namespace, so that nothing is configured in two places."""
    assert app.conf.task_acks_late is settings.CELERY_TASK_ACKS_LATE is True
    assert not app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert str(app.conf.timezone) == settings.TIME_ZONE


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("refunds.send", "money"),
        ("refunds.send_refunds", "money"),
        ("refunds.send_transfers", "money"),
        ("refunds.reconcile", "sweeps"),
        ("orders.confirm_receipt", "sweeps"),
        ("aftersales.approve_unanswered", "sweeps"),
        ("logistics.follow_parcels", "couriers"),
        ("logistics.ask_couriers", "couriers"),
        ("webhooks.deliver", "news"),
        ("notifications.relay", "news"),
    ],
)
def test_queues_are_by_purpose(task: str, queue: str) -> None:
    assert app.amqp.router.route({}, task)["queue"].name == queue
    assert queue in app.amqp.queues.consume_from, "a worker without -Q takes every queue"


def test_time_limits() -> None:
    """The soft one first, and both before Redis hands the message to another worker."""
    visible_again = celery_settings.transport_options("redis://127.0.0.1/0", role="worker")["visibility_timeout"]
    assert isinstance(visible_again, int)
    app.loader.import_default_modules()
    tasks = [app.tasks[job.task] for job in jobs()] + [app.tasks["refunds.send"]]
    for task in tasks:
        soft, hard = task.soft_time_limit, task.time_limit
        assert soft is not None, task.name
        assert hard is not None, task.name
        assert 0 < soft < hard < visible_again, task.name
        if task.name == "refunds.send":
            assert soft > policy.ATTEMPT_SECONDS
    assert app.tasks["refunds.send"].max_retries == 3  # Celery's default, which only a call of retry() would use
    assert not getattr(app.tasks["refunds.send"], "autoretry_for", ())


def test_a_worker_waits_and_a_publisher_does_not() -> None:
    patience = {
        role: celery_settings.transport_options("redis://127.0.0.1/0", role=role)["socket_timeout"]
        for role in ("web", "command", "worker")
    }
    assert patience == {"web": 1.0, "command": 1.0, "worker": 30.0}


@pytest.fixture(params=["refusing", "silent"])
def dead_broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Nobody there, or somebody who takes the connection and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_a_dead_broker_costs_less_than_two_seconds(
    dead_broker: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery itself would prefer it to any setting
    settings.CELERY_BROKER_URL = dead_broker
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = celery_settings.transport_options(dead_broker, role="web")
    publisher = Celery("publisher", set_as_current=False)
    publisher.config_from_object("django.conf:settings", namespace="CELERY")
    # Imports of the first publication are not the broker's doing, and slow on a busy machine.
    assert publisher.amqp.router
    assert publisher.connection_for_write().transport

    def seconds() -> float:
        began = time.monotonic()
        with pytest.raises(BrokerError):
            publisher.send_task("orders.confirm_receipt")
        return time.monotonic() - began

    assert min(seconds() for _ in range(3)) < 2  # a busy machine may add to one of them
