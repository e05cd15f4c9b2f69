"""Who carries parcels, and where their traces come from."""

import logging
from typing import Any

from .. import courier_settings
from .manual import Manual
from .names import COURIERS, code_of, guess, label
from .pickup_port import Booking, Contact, PickupNews, PickupRefused, Pickups, What
from .port import Courier, CourierError, Fault, Push, PushRefused, Scan

log = logging.getLogger(__name__)
_COURIER: Courier = Manual()
_PICKUPS: Pickups | None = None


def get() -> Courier:
    return _COURIER


def connect(courier: Courier) -> None:
    global _COURIER
    _COURIER = courier


def pickups() -> Pickups | None:
    """The source of pickups; None: no courier comes to the buyer."""
    return _PICKUPS


def connect_pickups(source: Pickups | None) -> None:
    global _PICKUPS
    _PICKUPS = source


def connected() -> frozenset[str]:
    """The codes of the couriers that are asked for scans: of their parcels silence means something."""
    return _COURIER.codes


def connect_configured(settings: Any) -> None:
    """kuaidi100, where its settings are there; its folder is imported here, so that others load no HTTP for it."""
    if not courier_settings.is_on(settings):
        return
    if sentences := courier_settings.problems(settings):
        log.error("kuaidi100 stays off: %s", " ".join(sentences))
        return
    from .kuaidi100.adapter import build

    connect(build(settings))
    if settings.KUAIDI100_SECRET:
        from .kuaidi100 import pickups as of_kuaidi100

        connect_pickups(of_kuaidi100.build(settings))


__all__ = [
    "COURIERS",
    "Booking",
    "Contact",
    "Courier",
    "CourierError",
    "Fault",
    "Manual",
    "PickupNews",
    "PickupRefused",
    "Pickups",
    "Push",
    "PushRefused",
    "Scan",
    "What",
    "code_of",
    "connect",
    "connect_configured",
    "connect_pickups",
    "connected",
    "get",
    "guess",
    "label",
    "pickups",
]
