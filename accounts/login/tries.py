"""Tries to log in, by page or API: so many an address and minute (`THROTTLE_LOGIN`), whatever the names."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import Throttled
from web.api.throttles import Throttle
from web.limits.lockout import client_ip

from .models import LoginTries

SCOPE = "login"
RETENTION = timedelta(hours=1)
COUNT = """
INSERT INTO accounts_logintries (address, "window", tries) VALUES (%s, %s, 1)
ON CONFLICT ("window", address) DO UPDATE SET tries = accounts_logintries.tries + 1 RETURNING tries
"""


def count(address: str, duration: int) -> int:
    """Of this window of the clock, with the present try."""
    window = datetime.fromtimestamp(time.time() // duration * duration, UTC)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [address, window])
        tries = int(cursor.fetchone()[0])
    if tries == 1:
        LoginTries.objects.filter(window__lt=window - max(RETENTION, timedelta(seconds=duration))).delete()
    return tries


class LoginThrottle(Throttle):
    """Of the API: the same count as that of the page."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.allows(request._request)

    def allows(self, request: HttpRequest) -> bool:
        limit, duration = self.parse_rate(self.THROTTLE_RATES.get(SCOPE))
        if limit is None or duration is None:
            return True
        self.window = duration - time.time() % duration
        return count(client_ip(request), duration) <= limit


def check(request: HttpRequest) -> None:
    """Of the page: 429 once this address has tried too often."""
    throttle = LoginThrottle()
    if not throttle.allows(request):
        raise too_many(
            _("Too many login attempts from here. Wait %(seconds)d seconds and try again."), int(throttle.wait()) + 1
        )


def too_many(sentence: str, seconds: int) -> Throttled:
    return Throttled(sentence % {"seconds": seconds}, seconds)
