from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

T = TypeVar("T")


def rehearse(step: Callable[[], T]) -> T:
    """What `step` would answer now, or its refusal. It is really done and rolled back, so that pages and offers need no
    second set of rules."""
    with transaction.atomic():
        result = step()
        transaction.set_rollback(True)
        return result
