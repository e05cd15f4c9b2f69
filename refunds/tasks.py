from celery import shared_task
from django.utils import timezone

from . import jobs, services
from .complaints import asking
from .models import ChannelNotice

ALONG = 20


# One attempt ends within policy.ATTEMPT_SECONDS. Celery never retries it: the row says when it is sent again.
@shared_task(name="refunds.send", soft_time_limit=60, time_limit=90)
def send(refund_id: int) -> bool:
    ended = services.send(refund_id, now=timezone.now())
    # A message costs as much as the sending. Behind a backlog of them the sweeps' own messages would expire, and one
    # refund a message was all that went out: each takes some of those that wait with it.
    jobs.send_refunds(timezone.now(), False, at_most=ALONG)
    return ended


@shared_task(name="refunds.ask_complaint", soft_time_limit=60, time_limit=90)
def ask_complaint(notice_id: int) -> bool:
    return asking.ask_about(ChannelNotice.objects.get(pk=notice_id), now=timezone.now())
