"""What the source of pickups has to tell of them, at an address of their own or at that of traces (`tracks.views`)."""

import logging
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from .. import couriers
from ..couriers import PickupNews
from ..signed_posts import answer, read_post
from . import outcome
from .models import Pickup

MAX_BODY = 64 * 1024  # bytes
log = logging.getLogger(__name__)


@csrf_exempt
def noticed(request: HttpRequest, source: str) -> HttpResponse:
    """404 where this source has no pickups, 400, 405 and 413 as `read_post`, 503 where it should come again."""
    pickups = couriers.pickups()
    if pickups is None or pickups.name != source:
        raise Http404
    notices = read_post(request, pickups, pickups.read_notices, max_body=MAX_BODY)
    if isinstance(notices, HttpResponse):
        return notices
    now = timezone.now()
    applied = [apply_news(news, now=now) for news in notices]
    return answer(pickups, 200) if all(applied) else answer(pickups, 503, "again")


def apply_news(news: PickupNews, *, now: datetime) -> bool:
    """False: it should come again, also about a number whose booking has not been answered yet."""
    pickup = Pickup.objects.filter(**_known_by(news)).first()
    if pickup is None and news.number:
        # Ours are stored before anybody is asked: it is of another program with the same account.
        log.warning("a notice about a pickup that is not ours")
        return True
    # The number of the task need not be signed, that of the booking is.
    if pickup is None or (not news.number and pickup.booking_no and pickup.booking_no != news.booking_no):
        log.warning("a notice about a pickup that is not known here")
        return False
    try:
        outcome.apply(pickup, news, now=now)
    except Exception:
        log.exception("a notice about pickup %s could not be applied", pickup.pickup_no)
        return False
    return True


def _known_by(news: PickupNews) -> dict[str, str]:
    return {"pickup_no": news.number} if news.number else {"task_no": news.task_no}
