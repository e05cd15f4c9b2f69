"""`POST /notify/{source}/`: the pushes of a source of traces."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from .. import couriers
from ..signed_posts import answer, read_post
from .push import apply_push


@csrf_exempt
def pushed(request: HttpRequest, source: str) -> HttpResponse:
    """404 where this source is not connected, 400, 405 and 413 as `read_post`, 503 where it should come again. What it
    holds of one parcel is applied whatever becomes of the others."""
    courier, now = couriers.get(), timezone.now()
    if courier.name != source:
        raise Http404
    pushes = read_post(request, courier, partial(courier.read_push, now=now), max_body=courier.max_push)
    if isinstance(pushes, HttpResponse):
        return pushes
    applied = [apply_push(push, now=now) for push in pushes]
    return answer(courier, 200) if all(applied) else answer(courier, 503, "again")
