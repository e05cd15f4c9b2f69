"""Public numbers: a prefix, the day and ten random digits. Not guessable, short enough to read out."""

import secrets
from datetime import datetime

from django.utils import timezone


def new_number(prefix: str, now: datetime) -> str:
    # `secrets`, because the output of `random` can be predicted from numbers seen before.
    return f"{prefix}{timezone.localtime(now):%y%m%d}{secrets.randbelow(10**10):010d}"
