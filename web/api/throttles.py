"""Request limits: one counter a caller and window. Constant work at any rate, where DRF's own keeps a list of times."""

import logging
import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from kernel.watch import Breaker

from ..limits.lockout import client_ip

log = logging.getLogger(__name__)
COUNTERS = Breaker()


class Throttle(SimpleRateThrottle):
    """The rate of the view's `throttle_scope`, else "user" for people with a login and "anon" for others.

    Without a shared cache each process counts for itself, so the true limit is that much higher.
    """

    rate: str | None = ""  # known only once the request is

    def __init__(self) -> None:
        self.window = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user if request.user.is_authenticated else None
        scope = getattr(view, "throttle_scope", "") or ("user" if user else "anon")
        requests, duration = self.parse_rate(self.THROTTLE_RATES.get(scope))
        if requests is None or duration is None:
            return True
        who = f"u{user.pk}" if user else self.get_ident(request)
        self.window = duration - time.time() % duration
        return self.count(f"throttle:{scope}:{who}:{int(time.time() // duration)}", duration) <= requests

    def get_ident(self, request: Request) -> str:
        return client_ip(request._request)

    def wait(self) -> float:
        return self.window

    @staticmethod
    def count(key: str, duration: int, amount: int = 1) -> int:
        if not COUNTERS.allows():
            return 0
        try:
            # `add` sets the lifetime once and `incr` keeps it, so the window ends on time at any rate.
            count = amount if cache.add(key, amount, duration) else cache.incr(key, amount)
        except Exception as error:  # a dead cache costs the limit, not the shop
            COUNTERS.failed()
            log.warning("no throttle counter: %s", error)
            return 0
        COUNTERS.succeeded()
        return count
