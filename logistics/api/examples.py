"""Examples for the schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _body(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


SHIP = [
    _body("everything", {"courier": "sf", "tracking_no": "SF1000000000001"}),
    _body("a part", {"courier": "sf", "tracking_no": "SF1000000000002", "lines": [{"line_id": 1, "quantity": 1}]}),
    _body("sent again", {"courier": "ems", "tracking_no": "EA100000003CN", "replaces": "SF1000000000001"}),
]
EVENT = [
    _body("delivered", {"status": "delivered", "at": "2026-01-04T10:00:00+08:00", "text": "Signed at the door."}),
    _body("on its way", {"status": "in_transit", "text": "Arrived in Hangzhou."}),
]
ADDRESS = [
    _body(
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
