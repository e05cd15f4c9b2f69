from celery import shared_task
from django.utils import timezone

from .jobs import job


@shared_task(name="kernel.run_job")
def run_job(name: str) -> str:
    return str(job(name).run(timezone.now(), False))
