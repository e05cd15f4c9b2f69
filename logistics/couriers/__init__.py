"""Who carries parcels, and where their traces come from."""

import logging
from typing import Any

from .. import courier_settings
from .manual import Manual
from .names import COURIERS, code_of, guess, label
from .pickup_port import AddressFault, Booking, Contact, PickupNews, PickupRefused, Pickups, What
from .port import OF_PARCEL, Courier, CourierError, Fault, Push, PushRefused, Recogniser, Scan

log = logging.getLogger(__name__)
_COURIER: Courier = Manual()
_PICKUPS: Pickups | None = None


def get() -> Courier:
    return _COURIER


def connect(courier: Courier) -> None:
    global _COURIER
    _COURIER = courier


def recogniser() -> Recogniser | None:
    """Who is asked whose a number is; None: the connected source does not say."""
    return _COURIER if isinstance(_COURIER, Recogniser) else None


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
    """The source whose settings are there, and none where something is wrong with them."""
    sources = courier_settings.begun(settings)
    if sentences := courier_settings.problems(settings):
        log.error("%s: no courier is asked. %s", ", ".join(sources), " ".join(sentences))
        return
    for source in sources:
        connect(build(source, settings))
        connect_pickups(build_pickups(source, settings))


def build(source: str, settings: Any) -> Courier:
    """`source`: of `courier_settings.SOURCES`. Its folder is imported here, so that others load no HTTP for it."""
    if source == "kdniao":
        from .kdniao.adapter import build as kdniao

        return kdniao(settings)
    from .kuaidi100.adapter import build as kuaidi100

    return kuaidi100(settings)


def build_pickups(source: str, settings: Any) -> Pickups | None:
    """None: they are not switched on."""
    if not getattr(settings, courier_settings.SOURCES[source].pickups):
        return None
    if source == "kdniao":
        from .kdniao.pickups import build as kdniao

        return kdniao(settings)
    from .kuaidi100.pickups import build as kuaidi100

    return kuaidi100(settings)


__all__ = [
    "COURIERS",
    "OF_PARCEL",
    "AddressFault",
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
    "Recogniser",
    "Scan",
    "What",
    "build",
    "code_of",
    "connect",
    "connect_configured",
    "connect_pickups",
    "connected",
    "get",
    "guess",
    "label",
    "pickups",
    "recogniser",
]
