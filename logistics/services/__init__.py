"""The verbs of logistics. Each locks the order first."""

from .addresses import add_address, default_address, make_default, retire_address, revise_address
from .arrival import confirm_arrival
from .count import count_undelivered, take_off_the_shelf
from .parcels import create_parcel
from .report import deliver_outbound, may_tell, report, report_trace
from .resend import resend
from .ship import check_ship, sent_under, ship, ship_once

__all__ = [
    "add_address",
    "check_ship",
    "confirm_arrival",
    "count_undelivered",
    "create_parcel",
    "default_address",
    "deliver_outbound",
    "make_default",
    "may_tell",
    "report",
    "report_trace",
    "resend",
    "retire_address",
    "revise_address",
    "sent_under",
    "ship",
    "ship_once",
    "take_off_the_shelf",
]
