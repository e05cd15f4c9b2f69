from datetime import datetime
from typing import Any

from django.dispatch import receiver

from kernel.actors import Actor
from orders.models import Order
from orders.signals import orders_delivered

from . import services


@receiver(orders_delivered)
def deliver_parcels(orders: list[Order], proven: bool, actor: Actor, now: datetime, **kwargs: Any) -> None:
    services.deliver_outbound(orders, proven=proven, actor=actor, now=now)
