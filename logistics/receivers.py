from datetime import datetime
from typing import Any

from django.dispatch import receiver

from kernel.actors import Actor
from orders.models import Order
from orders.signals import order_delivered

from . import services


@receiver(order_delivered)
def deliver_parcels(order: Order, actor: Actor, now: datetime, **kwargs: Any) -> None:
    services.deliver_outbound(order, actor=actor, now=now)
