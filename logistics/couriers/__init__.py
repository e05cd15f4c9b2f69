"""Who carries parcels, and where their traces come from."""

from .manual import Manual
from .names import COURIERS, code_of, guess, label
from .port import Courier, CourierError, Scan

_COURIER: Courier = Manual()


def get() -> Courier:
    return _COURIER


def connected() -> frozenset[str]:
    """The codes of the couriers that are asked for scans: of their parcels silence means something."""
    return _COURIER.codes


__all__ = ["COURIERS", "Courier", "CourierError", "Manual", "Scan", "code_of", "connected", "get", "guess", "label"]
