"""Examples of the schema: bodies that work as they are with the demo data, and an answer in full."""

from drf_spectacular.utils import OpenApiExample

from web.schema import body_example

from .answers import TicketAnswer

_APPLICATION = {
    "type": "return_refund",
    "reason": "no_reason",
    "description": "Too small.",
    "lines": [{"line_id": 1, "quantity": 1}],
}
QUOTE = [
    body_example("one shirt back", {"order_no": "E-1001", **_APPLICATION}),
    OpenApiExample(
        "the amount",
        response_only=True,
        status_codes=["200"],
        value={
            "lines": [{"line_id": 1, "quantity": 1, "amount": "84.00"}],
            "goods_amount": "84.00",
            "freight_amount": "0.00",
            "price_difference": "0.00",
            "service_fee": "0.00",
            "returned_in_kind": {"points": 0, "coupons": []},
            "total": "84.00",
            "tenders": [{"channel": "sandbox", "amount": "84.00"}],
            "eligible": True,
            "reasons": [],
        },
    ),
]
OPTIONS = [
    OpenApiExample(
        "before shipment",
        response_only=True,
        status_codes=["200"],
        value={
            "types": [
                {
                    "type": "refund_only",
                    "type_label": "refund only",
                    "sentence": "The money goes back at once; nothing has been shipped.",
                    "eligible": True,
                    "reasons": [],
                    "reason_texts": [],
                    "claim_up_to": "0.00",
                },
                {
                    "type": "return_refund",
                    "type_label": "return and refund",
                    "sentence": "Send the goods back; the money follows once the shop has received them.",
                    "eligible": False,
                    "reasons": ["not_shipped"],
                    "reason_texts": ["This has not been shipped yet. Ask for a refund instead."],
                    "claim_up_to": "0.00",
                },
            ],
            "lines": [
                {
                    "line_id": 1,
                    "types": ["refund_only"],
                    "types_labels": ["refund only"],
                    "most_units": {"refund_only": 2},
                }
            ],
        },
    ),
]
APPLY = [
    body_example("return", {"order_no": "E-1001", **_APPLICATION}),
    body_example(
        "exchange",
        {
            "order_no": "E-1001",
            "type": "exchange",
            "reason": "quality",
            "description": "A seam is open.",
            "lines": [{"line_id": 1, "quantity": 1, "exchange_sku": "TEE-RED-L"}],
            "evidence": ["7b0c1b0e-3f0a-4b53-9e6a-0d6b6f3a2c11"],
        },
    ),
    body_example(
        "compensation",
        {
            "order_no": "E-1001",
            "type": "refund_only",
            "reason": "compensation",
            "lines": [{"line_id": 1, "quantity": 1}],
            "claimed_amount": "10.00",
            "received": True,
        },
    ),
]
AMEND = [body_example("two instead of one", _APPLICATION | {"lines": [{"line_id": 1, "quantity": 2}]})]
APPROVE = [
    body_example("as requested", {}),
    body_example(
        "with a fee", {"service_fee": "5.00", "service_fee_consent": True, "note": "Agreed by phone on 2 March."}
    ),
]
REJECT = [body_example("worn", {"reason": "The shirt was worn and washed.", "ground": "not_intact"})]
DIFFERENCE = [
    body_example(
        "the difference",
        {
            "channel": "sandbox",
            "transaction_no": "PAY-2",
            "amount": "20.00",
            "paid_at": "2026-01-05T10:01:00+08:00",
        },
    )
]
SHIP_BACK = [body_example("by SF", {"courier": "sf", "tracking_no": "SF1234567890123", "freight_paid": "12.00"})]
WAYBILL = [body_example("by SF", {"courier": "sf", "tracking_no": "SF1234567890123"})]
RECEIVE = [body_example("as announced", {"units": [{"line_id": 1, "quantity": 1, "condition": "as_new"}]})]
REFUSE_GOODS = [body_example("worn", {"reason": "The shirt was worn and washed.", "evidence": []})]
CONVERT = [body_example("sold out", {"to": "refund_only", "note": "The red one will not come back."})]
REOPEN = [body_example("late waybill", {"reason": "The buyer had sent the goods in time."})]

_TICKET: TicketAnswer = {
    "ticket_no": "AS2601050123456789",
    "order_no": "E-1001",
    "shop": {"code": "lantern", "name": "Lantern", "contact_name": "Mei", "contact_phone": "400-000"},
    "buyer": "alice",
    "currency": "CNY",
    "type": "return_refund",
    "type_label": "return and refund",
    "status": "pending_review",
    "status_label": "pending review",
    "stage": "pending",
    "stage_label": "to review",
    "phase": "aftersale",
    "phase_label": "after receipt",
    "reason": {"code": "no_reason", "label": "No reason (7 days)"},
    "lines": [
        {
            "line_id": 1,
            "sku": "TEE-RED-M",
            "title": "T-shirt",
            "spec": "Red / M",
            "image_url": "",
            "quantity": 1,
            "refund_amount": "84.00",
            "exchange_sku": None,
            "exchange_label": "",
            "received_quantity": None,
        }
    ],
    "requested_amount": "84.00",
    "approved_amount": None,
    "refunded_amount": "0.00",
    "price_difference": "0.00",
    "due_at": "2026-01-07T10:00:00+08:00",
    "due_action": "approve",
    "due_action_label": "approved automatically",
    "overdue": False,
    "overdue_since": None,
    "awaits_answer": False,
    "alerts": [],
    "allowed_actions": ["amend", "withdraw"],
    "created_at": "2026-01-05T10:00:00+08:00",
    "updated_at": "2026-01-05T10:00:00+08:00",
    "claimed_amount": None,
    "service_fee": "0.00",
    "deduction": "0.00",
    "freight_amount": "0.00",
    "return_freight": {"payer": "buyer", "payer_label": "the buyer", "amount": "0.00"},
    "difference_paid": False,
    "returned_in_kind": {"points": 0, "coupons": []},
    "description": "Too small.",
    "received": True,
    "returnless": False,
    "advance_exchange": False,
    "rejection_reason": "",
    "rejection_ground": "",
    "rejection_ground_label": "",
    "return_address": None,
    "applied_at": "2026-01-05T10:00:00+08:00",
    "received_at": None,
    "completed_at": None,
    "return_parcel": None,
    "replacement_parcel": None,
    "send_back_parcel": None,
    "evidence": [],
    "ceiling": None,
    "steps": [
        {
            "status": "pending_review",
            "label": "pending review",
            "at": "2026-01-05T10:00:00+08:00",
            "state": "current",
            "state_label": "current",
        },
        {"status": "pending_return", "label": "pending return", "at": None, "state": "todo", "state_label": "to come"},
        {"status": "pending_refund", "label": "pending refund", "at": None, "state": "todo", "state_label": "to come"},
        {"status": "completed", "label": "completed", "at": None, "state": "todo", "state_label": "to come"},
    ],
    "timeline": [
        {
            "at": "2026-01-05T10:00:00+08:00",
            "actor": {"kind": "buyer", "kind_label": "buyer", "name": "alice"},
            "action": "apply",
            "action_label": "Applied",
            "from": "",
            "from_label": "",
            "to": "pending_review",
            "to_label": "pending review",
            "note": "",
        }
    ],
    "refunds": [],
    "dispute": None,
}
TICKET = [OpenApiExample("a return", value=_TICKET, response_only=True, status_codes=["200"])]
MESSAGE = [body_example("a question", {"text": "Which courier shall I take?"})]
