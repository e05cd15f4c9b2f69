"""The verbs of logistics. Each locks the order first."""

from .addresses import add_address, default_address, retire_address
from .parcels import create_parcel
from .report import deliver_outbound, report
from .resend import resend
from .ship import ship

__all__ = [
    "add_address",
    "create_parcel",
    "default_address",
    "deliver_outbound",
    "report",
    "resend",
    "retire_address",
    "ship",
]
