"""`Idempotency-Key`: the first answer again for the same key and body (contract §4).

A key is claimed before it is known what shop the request is about, and some are about none (an upload, one's own
account). So the shop is written with the answer, and with it as whom the caller got it: whoever may not see the shop
any more does not get its answer again.

Key, effect and answer are one transaction: a request was carried out and its answer stored, or neither. An advisory
lock answers a second request with `in_flight` instead of letting it wait for the first.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from rest_framework.request import Request

from .errors import Conflict, Invalid, Unprocessable
from .models import IdempotencyKey

RETENTION = timedelta(hours=24)
MAX_LENGTH = 255
# The same request may succeed later: a retry with the same key must be carried out.
TRANSIENT = frozenset({409, 429})


def fingerprint(request: Request) -> str:
    """Method, path with query, and body. A multipart body is taken by its parts: its boundary is new each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type.startswith("multipart/"):
        for name, values in sorted(request._request.POST.lists()):
            digest.update(f"{name}={values}\n".encode())
        for name, file in _files(request):
            digest.update(f"{name}:{file.name}\n".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            # The view reads the file from its beginning after this.
            file.seek(0)
    else:
        # Django keeps `body` once it was read, so the parser can still read it afterwards.
        digest.update(request._request.body)
    return digest.hexdigest()


def _files(request: Request) -> list[tuple[str, Any]]:
    return sorted(request._request.FILES.items())


def claim(user_id: int, key: str, fingerprint: str, now: datetime, *, wait: bool = False) -> IdempotencyKey | None:
    """The stored answer, or None when this request is the first. Call inside the transaction of the effect.

    Raises 400 for a bad key, 409 `in_flight`, 422 `idempotency_mismatch`. `wait`: a second request waits for the first
    instead of raising `in_flight`. Pages do, because nobody would send their request again; programs retry.
    """
    if not key.isprintable() or not 0 < len(key) <= MAX_LENGTH:
        raise Invalid(errors={"Idempotency-Key": [_("Send 1 to 255 printable characters.")]})
    # The lock is a number of 64 bits: two keys with the same one would only wait for each other.
    lock = int.from_bytes(hashlib.sha256(f"{user_id}:{key}".encode()).digest()[:8], "big", signed=True)
    # PostgreSQL releases the lock with the transaction, a rollback or a lost connection included.
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not wait and not cursor.fetchone()[0]:
            raise Conflict(
                _("The first request with this key is still being processed. Try again in a second."),
                code="in_flight",
                details={"retry_after": 1},
            )
    # Only read under the lock: under READ COMMITTED this statement sees what the previous holder has committed.
    stored = IdempotencyKey.objects.filter(user_id=user_id, key=key).first()
    if stored is None:
        return None
    # The purge runs once an hour; until then an expired row must not block its key.
    if stored.created_at < now - RETENTION:
        stored.delete()
        return None
    if stored.fingerprint != fingerprint:
        raise Unprocessable(
            _("This key was already used for a different request. Use a new key."), code="idempotency_mismatch"
        )
    return stored


def store(
    user_id: int,
    key: str,
    fingerprint: str,
    status_code: int,
    body: str,
    now: datetime,
    *,
    acted: tuple[int, str] | None = None,
) -> None:
    """`acted`: in which shop and as what kind of actor the caller got the answer; None where it is about no shop."""
    if status_code in TRANSIENT or status_code >= 500:
        return
    shop_id, acted_as = acted or (None, "")
    IdempotencyKey.objects.create(
        user_id=user_id,
        key=key,
        fingerprint=fingerprint,
        status_code=status_code,
        body=body,
        created_at=now,
        shop_id=shop_id,
        acted_as=acted_as,
    )


def purge(now: datetime, dry_run: bool) -> int:
    expired = IdempotencyKey.objects.filter(created_at__lt=now - RETENTION)
    return expired.count() if dry_run else expired.delete()[0]
