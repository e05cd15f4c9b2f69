"""What came too early is looked at when its order comes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from kernel.calls import clock
from orders.signals import payments_stored

from ..gateways import NoticeKind
from .models import ChannelNotice, State


@receiver(payments_stored)
def look_at_early_notices(transactions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
    """A chargeback of a payment that was not known holds its refunds within a minute, not when the notice is due; a
    complaint has a deadline."""
    numbers = [number for _channel, number in transactions]
    rows = ChannelNotice.objects.filter(
        Q(transaction_no__in=numbers) | Q(charge_no__in=numbers),
        state=State.PARKED,
        kind__in=(NoticeKind.CHARGEBACK, NoticeKind.COMPLAINT),
        channel__in={channel for channel, _number in transactions},
    )
    rows.update(next_look_at=clock.wall())
