"""Wrong passwords (docs/operations.md): ten a name and address, then 429 for a while; and from the tenth one for a name
from anywhere, strangers to the name are answered more slowly. Browsers that the name has logged in from are neither
slowed down nor locked by what others do."""

import threading
import time
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from . import devices
from .tries import too_many

SLOWEST = 2.0  # seconds
# Who waits holds a thread of the web: one at a time in a process, so that no wave of guesses stops the site.
_ONE_AT_A_TIME = threading.Semaphore(1)
TRY_AGAIN = 3  # seconds


def delay(failures: int) -> float:
    """Seconds that a stranger waits, by the wrong passwords that were given for the name from anywhere."""
    beyond = failures - settings.AXES_FAILURE_LIMIT
    return 0.0 if beyond < 0 else min(SLOWEST, 0.25 * 2 ** min(beyond // 5, 10))


def failures_of(request: Any, username: str) -> int:
    rows = AccessAttempt.objects.filter(username=username, attempt_time__gte=get_cool_off_threshold(request))
    return rows.aggregate(sum=Sum("failures_since_start"))["sum"] or 0


def slow_down(seconds: float) -> None:
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise too_many(
            _(
                "There were too many wrong passwords for this name. Try again in %(seconds)d seconds, or use a "
                "browser you've logged in from before."
            ),
            TRY_AGAIN,
        )
    try:
        time.sleep(seconds)
    finally:
        _ONE_AT_A_TIME.release()


Credentials = dict[str, Any]


class Handler(AxesDatabaseHandler):
    """django-axes, which counts by name and address, with known browsers as addresses of their own."""

    def is_allowed(self, request: Any, credentials: Credentials | None = None) -> bool:
        name = _name(credentials)
        known = _placed(request, name)
        if not super().is_allowed(request, credentials):
            return False
        # After the lock: who is refused anyway does not wait for it.
        if not known and (seconds := delay(failures_of(request, name))):
            slow_down(seconds)
        return True

    def user_login_failed(self, sender: Any, credentials: Credentials, request: Any = None, **details: Any) -> None:
        if request is not None:
            _placed(request, _name(credentials))
        super().user_login_failed(sender, credentials, request, **details)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **details: Any) -> None:
        _placed(request, user.get_username())
        super().user_logged_in(sender, request, user, **details)


def _name(credentials: Credentials | None) -> str:
    return str((credentials or {}).get("username") or "")


def _placed(request: Any, username: str) -> bool:
    """Whether the browser is known for this name; it is then counted by itself and not by its address."""
    place = devices.place(request, username)
    if place:
        request.axes_ip_address = place
    return bool(place)
