"""Who carries parcels, and where their traces come from."""

import logging
from typing import Any

from .. import courier_settings
from .manual import Manual
from .names import COURIERS, code_of, guess, label
from .port import Courier, CourierError, Fault, Push, PushRefused, Scan

log = logging.getLogger(__name__)
_COURIER: Courier = Manual()


def get() -> Courier:
    return _COURIER


def connect(courier: Courier) -> None:
    global _COURIER
    _COURIER = courier


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


__all__ = [
    "COURIERS",
    "Courier",
    "CourierError",
    "Fault",
    "Manual",
    "Push",
    "PushRefused",
    "Scan",
    "code_of",
    "connect",
    "connect_configured",
    "connected",
    "get",
    "guess",
    "label",
]
