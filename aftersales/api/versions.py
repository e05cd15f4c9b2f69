"""The versions of an application as JSON: shape and builder."""

from collections.abc import Iterable
from typing import Annotated, TypedDict

from web.api.answers import Moment, Money, OneOf, money, when

from ..models import Ticket
from ..selectors.versions import FIELDS, Move, Named, versions
from ..states import Type
from ..wording.versions import LABELS


class ReasonOfVersionAnswer(TypedDict):
    code: str
    label: str


class VersionLineAnswer(TypedDict):
    line_id: int
    title: str
    quantity: int
    exchange_sku: str


class VersionAnswer(TypedDict):
    number: Annotated[int, "From 1."]
    at: Moment
    type: Annotated[str, OneOf(Type.values)]
    type_label: str
    reason: ReasonOfVersionAnswer
    sub_reason: ReasonOfVersionAnswer | None
    lines: list[VersionLineAnswer]
    received: Annotated[bool | None, "Null: as the courier reports."]
    claimed_amount: Money | None
    requested_amount: Money
    description: str
    evidence_count: int
    changed: Annotated[list[Annotated[str, OneOf(FIELDS)]], "In what it differs from the one before."]
    changed_labels: list[str]


def versions_json(ticket: Ticket, history: Iterable[Move]) -> list[VersionAnswer]:
    currency = ticket.order.currency
    return [
        {
            "number": row.number,
            "at": when(row.at),
            "type": row.type,
            "type_label": str(Type(row.type).label),
            "reason": _named(row.reason),
            "sub_reason": _named(row.sub_reason) if row.sub_reason else None,
            "lines": [
                {"line_id": one.line_id, "title": one.title, "quantity": one.quantity, "exchange_sku": one.exchange_sku}
                for one in row.lines
            ],
            "received": row.received,
            "claimed_amount": None if row.claimed_amount is None else money(row.claimed_amount, currency),
            "requested_amount": money(row.requested_amount, currency),
            "description": row.description,
            "evidence_count": row.evidence,
            "changed": list(row.changed),
            "changed_labels": [str(LABELS[name]) for name in row.changed],
        }
        for row in versions(ticket, history)
    ]


def _named(one: Named) -> ReasonOfVersionAnswer:
    return {"code": one.code, "label": one.label}
