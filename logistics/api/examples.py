"""Examples for the schema."""

from web.schema import body_example

SHIP = [
    body_example("everything", {"courier": "sf", "tracking_no": "SF1000000000001"}),
    body_example(
        "a part", {"courier": "sf", "tracking_no": "SF1000000000002", "lines": [{"line_id": 1, "quantity": 1}]}
    ),
    body_example("sent again", {"courier": "ems", "tracking_no": "EA100000003CN", "replaces": "SF1000000000001"}),
]
EVENT = [
    body_example(
        "delivered", {"status": "delivered", "at": "2026-01-04T10:00:00+08:00", "text": "Signed at the door."}
    ),
    body_example("out for delivery", {"status": "delivering", "text": "In the parcel locker at the gate."}),
    body_example("on its way", {"status": "in_transit", "text": "Arrived in Hangzhou."}),
]
ADDRESS = [
    body_example(
        "warehouse",
        {
            "shop": "lantern",
            "name": "Returns",
            "phone": "0571-0000000",
            "address": "1 Dock Road",
            "is_default": True,
        },
    )
]
