"""`POST /notify/{source}/`: the pushes of a source of traces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from .. import couriers
from ..couriers import Courier, PickupNews, Push
from ..pickups.notices import apply_news
from ..signed_posts import answer, read_post
from .push import apply_push


@csrf_exempt
def pushed(request: HttpRequest, source: str) -> HttpResponse:
    """404 where this source is not connected, 400, 405 and 413 as `read_post`, 503 where it should come again. What it
    holds of one parcel is applied whatever becomes of the others."""
    courier, now = couriers.get(), timezone.now()
    if courier.name != source:
        raise Http404
    read = partial(_read, courier, now=now)
    pushes = read_post(request, courier, read, max_body=courier.max_push)
    if isinstance(pushes, HttpResponse):
        return pushes
    applied = [apply_push(push, now=now) if isinstance(push, Push) else apply_news(push, now=now) for push in pushes]
    return answer(courier, 200) if all(applied) else answer(courier, 503, "again")


def _read(courier: Courier, form: Mapping[str, str], *, now: datetime) -> Sequence[Push | PickupNews]:
    """Raises PushRefused."""
    pickups = couriers.pickups()
    if pickups is not None and pickups.shares(form):
        return pickups.read_notices(form)
    return courier.read_push(form, now=now)
