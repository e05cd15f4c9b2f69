"""Browsers that somebody has logged in from before: a signed cookie that names them (OWASP, "device cookies").

It is no login. It only tells a browser of the owner from a stranger who guesses, so that the guesses of strangers
slow down and lock out strangers.
"""

import hashlib
import secrets
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE, SALT = "device", "accounts.device"
MAX_AGE = timedelta(days=365)
# A counter at the desk is used by several people; who logged in last stands first.
MAX_NAMES = 8
# fd00::/8: addresses of nobody on the internet.
_PRIVATE = 0xFD << 120


def _mark(username: str) -> str:
    return hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()[:16]


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's own number and the names it vouches for; empty for anything else."""
    try:
        number, marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return number, marks


def place(request: HttpRequest, username: str) -> str:
    """A known browser of this name as a place of its own, in the form of an address; empty: it is none.

    Wrong passwords are counted by name and address, and with this by name and browser, whatever its address is.
    """
    number, marks = _read(request)
    return str(IPv6Address(_PRIVATE | int(number, 16))) if _mark(username) in marks else ""


def remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    number, marks = _read(request)
    mine = _mark(username)
    value: Any = [number or secrets.token_hex(15), [mine, *(mark for mark in marks if mark != mine)][:MAX_NAMES]]
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )
