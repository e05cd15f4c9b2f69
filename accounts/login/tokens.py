"""Tokens of the API (contract §4, Auth). The database keeps their SHA-512 only, and ends them itself where a password,
a role or a membership changes or a user is switched off (migration 0005), whatever the code does."""

from datetime import datetime

from knox.models import AuthToken

from ..models import User

# A program that logs in for every request would otherwise leave a token each time. The oldest end first.
MAX_TOKENS = 50


def issue(user: User, *, now: datetime) -> tuple[str, datetime]:
    """A new token of the user and when it expires. This is the only time that it is seen."""
    valid = AuthToken.objects.filter(user=user, expiry__gt=now).order_by("-created")
    AuthToken.objects.filter(user=user).exclude(digest__in=valid.values("digest")[: MAX_TOKENS - 1]).delete()
    row, token = AuthToken.objects.create(user)
    return token, row.expiry


def end_all(user: User) -> None:
    AuthToken.objects.filter(user=user).delete()
