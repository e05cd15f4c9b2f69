"""Messages: what beat sends, and what a dead broker costs."""

import socket
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from config import broker
from config.celery import app, schedule_jobs
from kernel.jobs import jobs


def test_beat_rings_every_registered_job_and_drops_what_nobody_took() -> None:
    schedule_jobs(app)

    assert sorted(app.conf.beat_schedule) == sorted(job.name for job in jobs())
    for job in jobs():
        entry = app.conf.beat_schedule[job.name]
        assert entry["task"] == "kernel.run_job"
        assert entry["args"] == (job.name,)
        assert entry["options"]["expires"] == entry["schedule"] == job.every


def test_the_web_publishes_through_this_app() -> None:
    import celery

    assert celery.current_app._get_current_object() is app
    app.loader.import_default_modules()  # what a worker does first
    assert "kernel.run_job" in app.tasks


def test_messages_are_hints() -> None:
    settings = broker.celery_settings("redis://127.0.0.1/0", role="worker", time_zone="UTC")
    assert settings["task_acks_late"]
    assert not settings["task_reject_on_worker_lost"]
    assert settings["worker_prefetch_multiplier"] == 1
    assert settings["accept_content"] == ["json"]
    assert settings["task_soft_time_limit"] < settings["task_time_limit"]


@pytest.fixture(params=["refusing", "silent"])
def dead_broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """Nobody there, or somebody who takes the connection and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_a_dead_broker_costs_less_than_two_seconds(dead_broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery itself would prefer it to any setting
    publisher = Celery("publisher", set_as_current=False)
    publisher.conf.update(broker.celery_settings(dead_broker, role="web", time_zone="UTC"))
    began = time.monotonic()

    with pytest.raises(OperationalError):
        publisher.send_task("kernel.run_job", args=("nothing",))

    assert time.monotonic() - began < 2
