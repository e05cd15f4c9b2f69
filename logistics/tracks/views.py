"""`POST /notify/kuaidi100/`: open to everybody, believed by the signature alone."""

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from web.limits.body import bounded_body, form_of

from .. import couriers
from ..couriers import PushRefused
from .push import apply_push

MAX_BODY = 256 * 1024  # bytes: each push holds all scans
MAX_FIELDS = 10
log = logging.getLogger(__name__)


@csrf_exempt
def pushed(request: HttpRequest) -> HttpResponse:
    """404 where no source of traces pushes, 413 for a body that is too large, 400 for what is not signed, 503 where it
    should come again. Nothing is read from the database before the signature was verified."""
    courier = couriers.get()
    if not courier.codes:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = bounded_body(request, MAX_BODY)
    if isinstance(body, HttpResponse):
        return body
    now = timezone.now()
    try:
        push = courier.read_push(form_of(body, MAX_FIELDS), now=now)
    except (PushRefused, ValueError) as error:
        log.warning("a push is refused: %s", error)
        return answer(400, "refused")
    except Exception:
        # Whatever somebody sends, it is no fault of the server's.
        log.exception("a push cannot be read")
        return answer(400, "refused")
    if push is not None and not apply_push(push, now=now):
        return answer(503, "again")
    return answer(200, "成功")


def answer(status: int, message: str) -> HttpResponse:
    fields = {"result": status == 200, "returnCode": str(status), "message": message}
    return JsonResponse(fields, status=status, json_dumps_params={"ensure_ascii": False})
