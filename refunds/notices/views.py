"""`POST /notify/{channel}/` and `/notify/{channel}/{account}/`: open to everybody, believed by the signature alone."""

import logging
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from web.limits.body import bounded_body

from .. import gateways
from ..gateways import Deadline, Notice, NoticeAnswer, NoticeRefused, Notifying
from .receive import receive

MAX_BODY = 64 * 1024  # bytes
# For keys that have to be fetched, of all accounts with the number together: a channel waits for 5.
SECONDS = 3.0
log = logging.getLogger(__name__)


@csrf_exempt
def notify(request: HttpRequest, channel: str, account: str = "") -> HttpResponse:
    """404 for a channel that is not set up or sends nothing, 413 for a body that is too large, and what the channel
    wants to read otherwise. Nothing but the accounts of the address is read before the signature was verified."""
    adapters = gateways.notifying(channel, account)
    if not adapters:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = bounded_body(request, MAX_BODY)
    if isinstance(body, HttpResponse):
        return body
    return _response(_answer(request, adapters, channel, account, body))


def _answer(
    request: HttpRequest, adapters: Mapping[int, Notifying], channel: str, account: str, body: bytes
) -> NoticeAnswer:
    now, deadline = timezone.now(), Deadline.after(SECONDS)
    headers = {name.lower(): value for name, value in request.headers.items()}
    notices: dict[int, Notice] = {}
    for pk, adapter in adapters.items():
        try:
            notices[pk] = adapter.read_notice(headers=headers, body=body, now=now, deadline=deadline)
        except NoticeRefused as error:
            log.warning("a notice of %s is refused: %s", channel, error)
        except Exception:
            # Whatever somebody sends, it is no fault of the server's.
            log.exception("a notice of %s cannot be read", channel)
    adapter = next(iter(adapters.values()))
    if not notices:
        return adapter.refused
    # Accounts with one secret read the same in it.
    receive(channel, account, next(iter(notices.values())), verified_by=notices, now=now)
    return adapter.accepted


def _response(answer: NoticeAnswer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
