"""The signature of Stripe's notices: HMAC-SHA256 over the time and the body as it came, with the secret as text."""

import hashlib
import hmac
from datetime import datetime

from ..port import NoticeRefused

TOLERANCE = 300  # seconds
SCHEME = "v1"


def signature(secret: str, at: int, body: bytes) -> str:
    """Hexadecimal. `at`: seconds since 1970."""
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def verify(header: str, body: bytes, *, secret: str, now: datetime) -> None:
    """`header`: `t=…,v1=…`, with several v1 while the secret is being changed. Raises NoticeRefused."""
    if not secret:
        raise NoticeRefused("STRIPE_WEBHOOK_SECRET is not set")
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    times, signatures = [v for k, v in parts if k == "t"], [v for k, v in parts if k == SCHEME]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        raise NoticeRefused("no time in Stripe-Signature")
    at = int(times[0])
    expected = signature(secret, at, body).encode()
    if not any(hmac.compare_digest(expected, one.encode()) for one in signatures):
        raise NoticeRefused("Stripe-Signature is wrong")
    if abs(now.timestamp() - at) > TOLERANCE:
        raise NoticeRefused("Stripe-Signature is too old")
