from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="refunds.send")
def send(refund_id: int) -> bool:
    return services.send(refund_id, now=timezone.now())
