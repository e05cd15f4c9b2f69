"""Examples for the schema."""

from drf_spectacular.utils import OpenApiExample

SETTLE = [
    OpenApiExample(
        "bank transfer", value={"proof": "bank slip 20260301-42", "note": "Paid by transfer."}, request_only=True
    )
]
REFUND = [
    OpenApiExample(
        "refund",
        response_only=True,
        status_codes=["200"],
        value={
            "refund_no": "RF2603010123456789",
            "order_no": "E-1001",
            "status": "succeeded",
            "status_label": "succeeded",
            "amount": "99.00",
            "currency": "CNY",
            "channel": "sandbox",
            "channel_label": "test payment",
            "transaction_no": "PAY-1",
            "failure_reason": "",
            "last_error": "",
            "attempts": 1,
            "next_attempt_at": None,
            "created_at": "2026-03-01T10:00:00+08:00",
            "settled_at": "2026-03-01T10:00:02+08:00",
            "retry_of": None,
            "proposed": False,
            "settled_by_hand": False,
            "proof": "",
        },
    )
]
