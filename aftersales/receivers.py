"""Receivers of the signals of refunds and logistics. They run in the sender's transaction and only write to the
database; one that raises rolls the reported event back as well."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from kernel.actors import Actor
from logistics.models import Parcel
from logistics.signals import parcel_delivered, parcel_lost
from refunds.models import Refund
from refunds.signals import refund_failed, refund_retried, refund_settled

from .services import parcels, refunding


# Signals, because refunds and logistics do not know tickets: imports go one way only.
@receiver(refund_settled)
def settle_ticket(refund: Refund, actor: Actor, now: datetime, **_: Any) -> None:
    refunding.on_settled(refund, actor=actor, now=now)


@receiver(refund_failed)
def flag_ticket(refund: Refund, actor: Actor, now: datetime, **_: Any) -> None:
    refunding.on_failed(refund, actor=actor, now=now)


@receiver(refund_retried)
def link_retry(old: Refund, new: Refund, **_: Any) -> None:
    refunding.on_retried(old, new)


@receiver(parcel_delivered)
def goods_arrived(parcel: Parcel, actor: Actor, now: datetime, **_: Any) -> None:
    parcels.on_delivered(parcel, actor=actor, now=now)


@receiver(parcel_lost)
def replacement_lost(parcel: Parcel, actor: Actor, now: datetime, **_: Any) -> None:
    parcels.on_lost(parcel, actor=actor, now=now)
