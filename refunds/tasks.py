from celery import shared_task
from django.utils import timezone

from . import services


# One attempt ends within policy.ATTEMPT_SECONDS. Celery never retries it: the row says when it is sent again.
@shared_task(name="refunds.send", soft_time_limit=60, time_limit=90)
def send(refund_id: int) -> bool:
    return services.send(refund_id, now=timezone.now())
