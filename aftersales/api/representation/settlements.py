"""What was paid by hand, a refund or a payable, as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from web.api.answers import when

from ...models import TicketPayable
from ...policy import OBJECTION_TIME
from ..answers_proof import EvidenceAnswer, SettlementAnswer

PAID_BY_HAND = ("by_hand_at", "proof_files", "objected_at", "ruled_at")


def settlement_json(row: Mapping[str, Any], files: Iterable[EvidenceAnswer]) -> SettlementAnswer | None:
    """`row`: the columns of `PaidByHand`, with `proof`. None: it was not paid by hand."""
    if row["by_hand_at"] is None:
        return None
    return {
        "at": when(row["by_hand_at"]),
        "proof": row["proof"],
        "evidence": [file for file in files if file["id"] in row["proof_files"]],
        "object_until": when(row["by_hand_at"] + OBJECTION_TIME),
        "objected_at": when(row["objected_at"]),
        "ruled_at": when(row["ruled_at"]),
    }


def settlement_of(link: TicketPayable | None, proof: str, files: Iterable[EvidenceAnswer]) -> SettlementAnswer | None:
    if link is None:
        return None
    return settlement_json({name: getattr(link, name) for name in PAID_BY_HAND} | {"proof": proof}, files)
