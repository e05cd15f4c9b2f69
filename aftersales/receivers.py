"""Receivers of the signals of accounts, refunds and logistics. They run in the sender's transaction and only write to
the database; one that raises rolls the reported event back as well."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.signals import membership_ended
from kernel.actors import Actor
from logistics.models import Parcel, Pickup, ReturnAddress
from logistics.pickups.signals import pickup_changed
from logistics.signals import last_address_retired, parcel_delivered, parcel_lost, parcel_scanned
from orders.models import Order
from refunds.models import Refund
from refunds.signals import (
    chargeback_changed,
    complaint_changed,
    refund_failed,
    refund_redirected,
    refund_retried,
    refund_returned,
    refund_settled,
    settlement_proven,
)

from .services import (
    assignment,
    chargebacks,
    complaints,
    courier_claims,
    parcels,
    pickups,
    refund_outcomes,
    settlements,
    tracking,
)


# Signals, because accounts, refunds and logistics do not know tickets: imports go one way only.
@receiver(refund_settled)
def settle_tickets(refunds: list[Refund], actor: Actor, now: datetime, **_: Any) -> None:
    refund_outcomes.on_settled(refunds, actor=actor, now=now)


@receiver(settlement_proven)
def keep_proof(refund: Refund, evidence: list[UUID], actor: Actor, **_: Any) -> None:
    settlements.on_proven(refund, evidence, actor=actor)


@receiver(refund_failed)
def flag_ticket(refund: Refund, actor: Actor, now: datetime, **_: Any) -> None:
    refund_outcomes.on_failed(refund, actor=actor, now=now)


@receiver(refund_returned)
def reopen_duty(refund: Refund, actor: Actor, now: datetime, **_: Any) -> None:
    refund_outcomes.on_returned(refund, actor=actor, now=now)


@receiver(refund_redirected)
def clear_alert(refund: Refund, actor: Actor, now: datetime, **_: Any) -> None:
    refund_outcomes.on_redirected(refund, actor=actor, now=now)


@receiver(refund_retried)
def link_retry(old: Refund, new: Refund, **_: Any) -> None:
    refund_outcomes.on_retried(old, new)


@receiver(chargeback_changed)
def flag_chargeback(order: Order, **_: Any) -> None:
    chargebacks.on_changed(order)


@receiver(complaint_changed)
def flag_complaint(order: Order, **_: Any) -> None:
    complaints.on_changed(order)


@receiver(parcel_delivered)
def goods_arrived(parcel: Parcel, assumed: bool, actor: Actor, now: datetime, **_: Any) -> None:
    parcels.on_delivered(parcel, assumed=assumed, actor=actor, now=now)
    if not assumed:
        courier_claims.on_found(parcel, now=now)


@receiver(parcel_lost)
def replacement_lost(parcel: Parcel, actor: Actor, now: datetime, **_: Any) -> None:
    parcels.on_lost(parcel, actor=actor, now=now)
    courier_claims.on_lost(parcel, now=now)
    tracking.on_scanned(parcel, actor=actor, now=now)


@receiver(parcel_scanned)
def trust_number(parcel: Parcel, seen: bool, actor: Actor, now: datetime, **_: Any) -> None:
    if seen:
        tracking.on_scanned(parcel, actor=actor, now=now)


@receiver(pickup_changed)
def collect_goods(pickup: Pickup, actor: Actor, now: datetime, **_: Any) -> None:
    pickups.on_changed(pickup, actor=actor, now=now)


@receiver(last_address_retired)
def keep_address(address: ReturnAddress, **_: Any) -> None:
    parcels.check_no_returns(address.shop_id)


@receiver(membership_ended)
def release_tickets(shop_id: int, user_id: int, now: datetime, **_: Any) -> None:
    assignment.release_all(shop_id, user_id, now=now)
