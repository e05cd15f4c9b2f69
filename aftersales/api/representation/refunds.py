"""The refunds of a ticket as JSON."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from kernel.actors import Actor
from refunds.api.representation import failure, promised
from refunds.labels import (
    arrival_text,
    by_hand_text,
    channel_label,
    charged_back_text,
    held_text,
    on_hold_text,
    redirected_text,
    refund_label,
    tender_texts,
    tried_again_text,
)
from refunds.machine import UNPAID, Status
from web.api.answers import money, when
from web.money import format_money

from ...models import Ticket, TicketRefund
from ..answers import RefundOfTicketAnswer
from ..answers_proof import EvidenceAnswer
from .settlements import settlement_json

_FIELDS = {
    "number": "refund__refund_no", "status": "refund__status", "amount": "refund__amount",
    "channel": "refund__payment__channel", "reason": "refund__failure_reason",
    "again": "refund__retried_as__refund_no", "created_at": "refund__created_at",
    "settled_at": "refund__settled_at", "proof": "refund__proof", "kind": "kind", "by_hand_at": "by_hand_at",
    "transaction_no": "refund__payment__transaction_no", "account": "refund__received_account",
    "trace_no": "refund__trace_no", "gateway_no": "refund__gateway_no", "expected_at": "refund__expected_at",
    "proof_files": "proof_files", "objected_at": "objected_at", "ruled_at": "ruled_at",
    "on_hold": "refund__on_hold", "disputed": "refund__payment__disputed", "charged_back": "refund__charged_back",
    "redirected_to": "refund__redirected_to",
}  # fmt: skip


def refunds_json(ticket: Ticket, files: list[EvidenceAnswer], *, actor: Actor) -> list[RefundOfTicketAnswer]:
    """`files`: all evidence of the ticket. One statement."""
    if ticket.approved_at is None:
        return []  # money moves only after an approval
    refunds = TicketRefund.objects.filter(shop_id=ticket.shop_id, ticket_id=ticket.pk)
    rows = [
        dict(zip(_FIELDS, row, strict=True)) for row in refunds.order_by("refund_id").values_list(*_FIELDS.values())
    ]
    texts = tender_texts((row["channel"], row["account"], row["transaction_no"]) for row in rows)
    return [_refund(row, tender, ticket.order.currency, files, actor) for row, tender in zip(rows, texts, strict=True)]


def _text(row: Mapping[str, Any], currency: str) -> str:
    if row["on_hold"]:
        return on_hold_text(decided=not row["disputed"])
    if row["charged_back"]:
        return charged_back_text(format_money(row["charged_back"], currency), row["again"])
    if row["again"]:
        return tried_again_text(row["again"])
    if row["status"] in UNPAID and row["disputed"]:
        return held_text()
    if row["by_hand_at"] is not None:
        return by_hand_text(row["proof"], row["by_hand_at"])
    if row["redirected_to"] and row["status"] in (Status.PROCESSING, Status.SUCCEEDED):
        return redirected_text(row["redirected_to"], row["settled_at"])
    facts = {name: row[name] for name in ("created_at", "settled_at", "expected_at", "account")}
    return arrival_text(row["status"], row["channel"], **facts, now=timezone.now())


def _refund(
    row: Mapping[str, Any], tender: str, currency: str, files: list[EvidenceAnswer], actor: Actor
) -> RefundOfTicketAnswer:
    status, channel, by_hand = row["status"], row["channel"], row["by_hand_at"] is not None
    # What went another way, or waits for a bank, arrives at no time that the channel could promise.
    none = by_hand or row["on_hold"]
    promise = None if none else promised(status, channel, row["expected_at"], row["created_at"], row["settled_at"])
    again, returned, disputed = bool(row["again"]), status == Status.RETURNED, row["disputed"] > 0
    return {
        "refund_no": row["number"],
        "kind": row["kind"],
        "kind_label": str(TicketRefund.Kind(row["kind"]).label),
        "status": status,
        "status_label": refund_label(status, again=again, by_bank=bool(row["charged_back"])),
        "amount": money(row["amount"], currency),
        "channel": channel,
        "channel_label": channel_label(channel),
        "tender_text": tender,
        "received_account": row["account"],
        "redirected_to": row["redirected_to"],
        "trace_no": row["trace_no"] or row["gateway_no"],
        "failure_reason": failure(row["reason"], actor, again=again, returned=returned, disputed=disputed),
        "retried_as": row["again"],
        "created_at": when(row["created_at"]),
        "settled_at": when(row["settled_at"]),
        "expected_at": when(promise),
        "expected_text": _text(row, currency),
        "settlement": settlement_json(row, files),
        "on_hold": row["on_hold"],
        "charged_back": money(row["charged_back"], currency),
    }
