"""Fanning out: each history row that is news becomes one delivery for each recipient of each channel.

History is the outbox: its rows are written in the transaction of what they tell, so news and fact never differ.
No channel is registered yet, and no job runs this; a channel brings its job with it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db import transaction

from ..models import Delivery, History
from . import event_type

BATCH = 500


class Channel(Protocol):
    """A way out of the system: webhooks, the inbox, mail."""

    name: str

    def recipients(self, row: History) -> Iterable[str]:
        """Who gets the news of this history row, as the channel addresses them: the id of an endpoint or of a user, or
        a mail address. Reads the database only; runs inside the transaction of `fan_out`."""


_CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    _CHANNELS[channel.name] = channel


def fan_out(*, now: datetime, batch: int = BATCH) -> int:
    """Claims undispatched rows, oldest first, stores their deliveries and marks them, in one transaction.

    Answers how many rows were dispatched. Safe to run at the same time as itself: rows that another run has claimed
    are skipped, and a delivery is stored once however often its row is fanned out.
    """
    with transaction.atomic():
        undispatched = History.objects.filter(dispatched_at__isnull=True).order_by("id")
        rows = list(undispatched.select_for_update(skip_locked=True, no_key=True)[:batch])
        deliveries = [delivery for row in rows for delivery in _deliveries(row, now)]
        # delivery_once refuses a second delivery; that is no error, because fanning out twice must be harmless.
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        History.objects.filter(pk__in=[row.pk for row in rows]).update(dispatched_at=now)
    return len(rows)


def _deliveries(row: History, now: datetime) -> Iterable[Delivery]:
    if event_type(row.machine, row.action, row.target) is None:
        return
    for channel in _CHANNELS.values():
        for recipient in channel.recipients(row):
            yield Delivery(history=row, channel=channel.name, recipient=recipient, created_at=now, retry_after=now)
