"""The refunds of a ticket as JSON."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from kernel.actors import Actor
from refunds.api.representation import failure
from refunds.labels import arrival_text, by_hand_text, channel_label, expected, refund_label, tried_again_text
from web.api.answers import money, when

from ...models import Ticket, TicketRefund
from ...policy import OBJECTION_TIME
from ..answers import EvidenceAnswer, RefundOfTicketAnswer, SettlementAnswer

_FIELDS = {
    "number": "refund__refund_no", "status": "refund__status", "amount": "refund__amount",
    "channel": "refund__payment__channel", "reason": "refund__failure_reason",
    "again": "refund__retried_as__refund_no", "created_at": "refund__created_at",
    "settled_at": "refund__settled_at", "proof": "refund__proof", "kind": "kind", "by_hand_at": "by_hand_at",
    "proof_files": "proof_files", "objected_at": "objected_at", "ruled_at": "ruled_at",
}  # fmt: skip


def refunds_json(ticket: Ticket, files: list[EvidenceAnswer], *, actor: Actor) -> list[RefundOfTicketAnswer]:
    """`files`: all evidence of the ticket. One statement."""
    if ticket.approved_at is None:
        return []  # money moves only after an approval
    refunds = TicketRefund.objects.filter(shop_id=ticket.shop_id, ticket_id=ticket.pk)
    rows = refunds.order_by("refund_id").values_list(*_FIELDS.values())
    return [_refund(dict(zip(_FIELDS, row, strict=True)), ticket.order.currency, files, actor) for row in rows]


def _refund(row: Mapping[str, Any], currency: str, files: list[EvidenceAnswer], actor: Actor) -> RefundOfTicketAnswer:
    status, channel, times = row["status"], row["channel"], {name: row[name] for name in ("created_at", "settled_at")}
    by_hand = row["by_hand_at"] is not None
    # What went another way arrives at no time that the channel could promise.
    estimate = None if by_hand else expected(status, channel, **times)
    if row["again"]:
        text = tried_again_text(row["again"])
    elif by_hand:
        text = by_hand_text(row["proof"], row["by_hand_at"])
    else:
        text = arrival_text(status, channel, **times, now=timezone.now())
    return {
        "refund_no": row["number"],
        "kind": row["kind"],
        "kind_label": str(TicketRefund.Kind(row["kind"]).label),
        "status": status,
        "status_label": refund_label(status, again=bool(row["again"])),
        "amount": money(row["amount"], currency),
        "channel": channel,
        "channel_label": channel_label(channel),
        "failure_reason": failure(row["reason"], actor, again=bool(row["again"])),
        "retried_as": row["again"],
        "created_at": when(row["created_at"]),
        "settled_at": when(row["settled_at"]),
        "expected_at": when(estimate.ends) if estimate else None,
        "expected_text": text,
        "settlement": _settlement(row, files) if by_hand else None,
    }


def _settlement(row: Mapping[str, Any], files: list[EvidenceAnswer]) -> SettlementAnswer:
    return {
        "at": when(row["by_hand_at"]),
        "proof": row["proof"],
        "evidence": [file for file in files if file["id"] in row["proof_files"]],
        "object_until": when(row["by_hand_at"] + OBJECTION_TIME),
        "objected_at": when(row["objected_at"]),
        "ruled_at": when(row["ruled_at"]),
    }
