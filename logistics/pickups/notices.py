"""`POST /notify/kuaidi100/pickup/`: open to everybody, believed by the signature alone."""

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from web.limits.body import bounded_body, form_of

from .. import couriers
from ..couriers import PickupNews, PushRefused
from ..tracks.views import answer
from . import outcome
from .models import Pickup

MAX_BODY = 64 * 1024  # bytes
MAX_FIELDS = 10
log = logging.getLogger(__name__)


@csrf_exempt
def noticed(request: HttpRequest) -> HttpResponse:
    """404 where there are no pickups, 413 for a body that is too large, 400 for what is not signed, 503 where it should
    come again: also for a number whose booking has not been answered yet."""
    source = couriers.pickups()
    if source is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = bounded_body(request, MAX_BODY)
    if isinstance(body, HttpResponse):
        return body
    try:
        news = source.read_notice(form_of(body, MAX_FIELDS))
    except (PushRefused, ValueError) as error:
        log.warning("a notice of a pickup is refused: %s", error)
        return answer(400, "refused")
    except Exception:
        # Whatever somebody sends, it is no fault of the server's.
        log.exception("a notice of a pickup cannot be read")
        return answer(400, "refused")
    return _apply(news)


def _apply(news: PickupNews) -> HttpResponse:
    pickup = Pickup.objects.filter(task_no=news.task_no).first()
    # The number of the task is not signed, that of the booking is.
    if pickup is None or (pickup.booking_no and pickup.booking_no != news.booking_no):
        log.warning("a notice about a pickup that is not known here")
        return answer(503, "again")
    try:
        outcome.apply(pickup, news, now=timezone.now())
    except Exception:
        log.exception("a notice about pickup %s could not be applied", pickup.pickup_no)
        return answer(503, "again")
    return answer(200, "成功")
