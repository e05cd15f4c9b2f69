"""Examples of the schema: bodies that work as they are with the demo data, and an answer in full."""

from drf_spectacular.utils import OpenApiExample

from web.schema import body_example

from .answers import StepAnswer, TicketAnswer

APPLICATION = {
    "type": "return_refund",
    "reason": "no_reason",
    "description": "Too small.",
    "lines": [{"line_id": 1, "quantity": 1}],
}
QUOTE = [
    body_example("one shirt back", {"order_no": "E-1001", **APPLICATION}),
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
            "deductions": [],
            "returned_in_kind": {"points": 0, "coupons": []},
            "taken_back": {"points": 0, "coupons": []},
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
                    "sentence": "Nothing has shipped yet, so you're refunded right away.",
                    "eligible": True,
                    "reasons": [],
                    "reason_texts": [],
                    "claim_up_to": "0.00",
                },
                {
                    "type": "return_refund",
                    "type_label": "return and refund",
                    "sentence": "Send the goods back. We refund you once the shop has received them.",
                    "eligible": False,
                    "reasons": ["not_shipped"],
                    "reason_texts": ["This hasn't shipped yet. Ask for a refund instead."],
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
    body_example("return", {"order_no": "E-1001", **APPLICATION}),
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


def _step(name: str, status: str, label: str, state_label: str) -> StepAnswer:
    state = "todo" if state_label == "to come" else state_label
    return {
        "name": name,
        "status": status,
        "label": label,
        "at": None,
        "state": state,
        "state_label": state_label,
        "automatic": False,
    }


_TICKET: TicketAnswer = {
    "ticket_no": "AS2601050123456789",
    "version": 2,
    "order_no": "E-1001",
    "shop": {"code": "lantern", "name": "Lantern", "contact_name": "Mei", "contact_phone": "400-000"},
    "buyer": "alice",
    "assignee": {"username": "mei", "name": "Mei"},
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
            "inspections": [],
            "replacement_line_id": None,
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
    "return_freight": {"payer": "buyer", "payer_label": "the buyer", "amount": "0.00", "collect": False},
    "difference_paid": False,
    "deductions": [],
    "returned_in_kind": {"points": 0, "coupons": []},
    "sub_reason": None,
    "description": "Too small.",
    "received": True,
    "returnless": False,
    "after_failed_repairs": False,
    "quality_path": None,
    "quality_path_label": None,
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
    "pickup": None,
    "evidence": [],
    "extras": [],
    "ceiling": None,
    "steps": [
        _step("review", "pending_review", "pending review", "current"),
        _step("return", "pending_return", "pending return", "to come"),
        _step("refund", "pending_refund", "pending refund", "to come"),
        _step("completed", "completed", "completed", "to come"),
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
    "benefits": [],
    "payables": [],
    "overrides": [],
    "offers": [],
    "versions": [],
    "noted_consent": None,
    "outcome": None,
    "objects_to": None,
    "dispute": None,
    "conversation": {"read_to": 31, "unread": 0},
}
TICKET = [OpenApiExample("a return", value=_TICKET, response_only=True, status_codes=["200"])]
READ = [body_example("seen up to a message", {"message_id": 31})]
MESSAGE = [body_example("a question", {"text": "Which courier shall I take?"})]
