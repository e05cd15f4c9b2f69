"""Examples for the schema."""

from drf_spectacular.utils import OpenApiExample

SETTLE = [
    OpenApiExample(
        "bank transfer", value={"proof": "bank slip 20260301-42", "note": "Paid by transfer."}, request_only=True
    )
]
CALL_OFF = [OpenApiExample("not there", value={"note": "The console has no refund of this number."}, request_only=True)]
REDIRECT = [
    OpenApiExample(
        "card",
        value={
            "to": "card", "bank_type": "ICBC_DEBIT", "bank_account": "6222020200112233445", "real_name": "张三",
            "note": "Sent in the conversation of the ticket.",
        },
        request_only=True,
    ),
    OpenApiExample("shop", value={"to": "merchant", "note": "The buyer wants a transfer."}, request_only=True),
]  # fmt: skip
CONFIRM_REDIRECTION = [OpenApiExample("seen", value={"redirection": 7}, request_only=True)]
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
            "trace_no": "SB42",
            "received_account": "",
            "expected_at": "2026-03-01T23:59:59+08:00",
            "failure_reason": "",
            "last_error": "",
            "attempts": 1,
            "next_attempt_at": None,
            "created_at": "2026-03-01T10:00:00+08:00",
            "returned_at": None,
            "settled_at": "2026-03-01T10:00:02+08:00",
            "retry_of": None,
            "proposed": False,
            "settled_by_hand": False,
            "on_hold": False,
            "call_off_proposed": False,
            "called_off_at": None,
            "redirection": None,
            "redirected_to": "",
            "charged_back": "0.00",
            "proof": "",
        },
    )
]
