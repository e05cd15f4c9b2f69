"""Defaults and bounds of every number a shop may set (requirements part C, S-098…S-101, S-153). Days and hours as
integers."""

from dataclasses import dataclass

WINDOW_DAYS = 15  # S-011
NO_REASON_DAYS = 7  # D-4 art. 10
RECEIPT_DAYS = 14  # S-098, B-06
EXTENSION_DAYS = 10  # S-093, S-100
REVIEW_HOURS = 48
SUPPLEMENT_HOURS = 24
SHIP_BACK_DAYS = 7
RECEIVE_DAYS = 10
RECEIVE_AFTER_DELIVERY_HOURS = 48
RESHIP_DAYS = 7
REPLACEMENT_CONFIRM_DAYS = 14
REJECTED_DAYS = 7
TRACKING_HOURS = 72  # part C: a return number without any scan
RETURN_GOODS_DAYS = 7  # B-20
SILENT_DAYS = 5  # S-143: a parcel on the way without a new scan needs chasing
NOT_ARRIVED_HOURS = 48  # part C: the answer to a buyer whose replacement did not arrive
SHIP_HOURS = 48  # B-18
REFUND_ALARM_DAYS = 3  # part C: alarm at day 3, seven days are the law
COLLECT_COURIERS = "sf,sto"  # S-072
MAX_APPLICATIONS = 5  # B-08
COUPON_DAYS = 7  # F-7


@dataclass(frozen=True, slots=True)
class Bounds:
    """A shop may choose from `floor` to `ceiling`. `law`: the rule behind the stricter of the two."""

    floor: int
    ceiling: int
    law: str = ""


# What is the buyer's time has a floor, what is the shop's time has a ceiling: a shop may only be kinder than the law.
# The other side keeps typing errors out. Form, services and the CHECKs of the table read this.
BOUNDS: dict[str, Bounds] = {
    "window_days": Bounds(7, 730, "D-1"),  # seven days for faults, whatever the shop promises
    "no_reason_days": Bounds(7, 365, "D-2"),
    "receipt_days": Bounds(7, 90, "B-06"),
    "extension_days": Bounds(1, 60, "S-100"),
    "review_hours": Bounds(1, 168, "D-4 art. 31"),
    "supplement_hours": Bounds(1, 720),
    "ship_back_days": Bounds(3, 90, "E-5"),
    "receive_days": Bounds(1, 15, "D-4 art. 31"),
    "receive_after_delivery_hours": Bounds(1, 168, "D-4 art. 13"),
    "tracking_hours": Bounds(24, 240),
    "silent_days": Bounds(2, 30),
    "return_goods_days": Bounds(1, 15, "B-20"),
    "reship_days": Bounds(1, 15, "D-4 art. 31"),
    "replacement_confirm_days": Bounds(7, 90),
    "not_arrived_hours": Bounds(1, 168),
    "ship_hours": Bounds(1, 360, "B-18"),
    "rejected_days": Bounds(7, 90, "E-5"),
    "refund_alarm_days": Bounds(1, 7, "D-4 art. 13"),
    "max_applications": Bounds(1, 100, "B-08"),
    "coupon_days": Bounds(7, 365, "F-7"),
}
