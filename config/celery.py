"""The Celery app: `celery -A config.celery worker`, `celery -A config.celery beat`."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, worker_process_init
from django.conf import settings

from devserver import local

from . import guard

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get(local.MADE_BY_RUN):
    # In a container everything is root; production has its own user, and keeps the warning.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("aftersales")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule_jobs(sender: Celery, **kwargs: Any) -> None:
    """Every registered job, as often as it says. A message not taken in time is dropped, or a backlog would pile up."""
    from kernel.jobs import jobs

    sender.conf.beat_schedule = {
        job.name: {
            "task": "kernel.run_job",
            "schedule": job.every,
            "args": (job.name,),
            "options": {"expires": job.every},
        }
        for job in jobs()
    }


@celeryd_init.connect
@beat_init.connect
def refuse_half_configured(**kwargs: Any) -> None:
    guard.refuse_unless_ready()


@worker_process_init.connect
def die_with_the_worker(**kwargs: Any) -> None:
    """kill -9 of the worker's main process leaves no child behind."""
    from devserver.processes import kill_with_parent

    kill_with_parent()
