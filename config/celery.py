"""The Celery app: `celery -A config.celery worker`, `celery -A config.celery beat`."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.apps import worker as apps_worker
from celery.signals import beat_init, celeryd_init, worker_process_init

from devserver import local

from . import guard, logs
from .processes import broker_lost, file_broker, pulse, roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get(local.MADE_BY_RUN):
    # In a container everything is root; production has its own user, and keeps the warning.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

file_broker.guard()  # publishers too: they write the messages
app = Celery("aftersales")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(pulse.WorkerPulse)


@app.on_after_finalize.connect
def schedule_jobs(sender: Celery, **kwargs: Any) -> None:
    """Beat sends the task of every registered job once a period (docs/jobs.md).

    A message that no worker takes within its period expires: the next one asks for the same work.
    """
    from kernel.jobs import jobs

    sender.conf.beat_schedule = {
        job.task: {"task": job.task, "schedule": job.every, "options": {"expires": job.every}} for job in jobs()
    }


@celeryd_init.connect
@beat_init.connect
def start_as_a_worker(instance: Any = None, **kwargs: Any) -> None:
    """However it was started: by the commands of docs/operations.md, by `make run` or from a program."""
    guard.refuse_unless_ready()
    if logs.chosen_format() == "json" and instance is not None:
        instance.quiet = True  # its banner is no line of JSON
        setattr(apps_worker, "safe_say", logs.write_line)  # noqa: B010  (its stubs do not know it)
    logs.every_line(logs.chosen_format())
    roles.become("worker", app.conf)
    broker_lost.guard()


@worker_process_init.connect
def die_with_the_worker(**kwargs: Any) -> None:
    """A worker killed with -9 leaves no child process behind."""
    from devserver.processes import kill_with_parent

    kill_with_parent()
