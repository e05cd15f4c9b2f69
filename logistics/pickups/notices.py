"""`POST /notify/{source}/pickup/`: what the source of pickups has to tell of them."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from .. import couriers
from ..couriers import PickupNews, Pickups
from ..signed_posts import answer, read_post
from . import outcome
from .models import Pickup

MAX_BODY = 64 * 1024  # bytes
log = logging.getLogger(__name__)


@csrf_exempt
def noticed(request: HttpRequest) -> HttpResponse:
    """404 where there are no pickups, 400, 405 and 413 as `read_post`, 503 where it should come again: also for a
    number whose booking has not been answered yet."""
    source = couriers.pickups()
    if source is None:
        raise Http404
    news = read_post(request, source, source.read_notice, max_body=MAX_BODY)
    return news if isinstance(news, HttpResponse) else _apply(source, news)


def _apply(source: Pickups, news: PickupNews) -> HttpResponse:
    pickup = Pickup.objects.filter(task_no=news.task_no).first()
    # The number of the task is not signed, that of the booking is.
    if pickup is None or (pickup.booking_no and pickup.booking_no != news.booking_no):
        log.warning("a notice about a pickup that is not known here")
        return answer(source, 503, "again")
    try:
        outcome.apply(pickup, news, now=timezone.now())
    except Exception:
        log.exception("a notice about pickup %s could not be applied", pickup.pickup_no)
        return answer(source, 503, "again")
    return answer(source, 200)
