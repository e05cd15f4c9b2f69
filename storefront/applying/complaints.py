"""A refusal as the application page shows it: each code as a sentence, beside the section of the page it is about."""

from dataclasses import dataclass

from aftersales.rules.refusal import Refusal, Refused
from aftersales.wording.refusals import detailed
from kernel.errors import DomainError
from orders.models import Order

# Code or field of a refusal → the section where it can be corrected. All others are shown at the top only.
PARTS = {
    "lines": "goods", "quantity_exceeded": "goods", "open_ticket_exists": "goods", "applications_exhausted": "goods",
    "type": "type", "type_excluded": "type", "not_shipped": "type", "not_delivered": "type", "window_closed": "type",
    "reason": "reason", "unknown_reason": "reason",
    "out_of_stock": "instead",
    "claimed_amount": "part", "amount_exceeded": "part",
    "evidence": "photos", "photos": "photos", "evidence_required": "photos",
    "description": "note",
}  # fmt: skip


SECTIONS = frozenset(PARTS.values())


@dataclass(frozen=True)
class Complaint:
    """`part`: the id of the section, "" for none."""

    part: str
    text: str


def complaints_of(error: DomainError | None, order: Order, *, named: bool) -> list[Complaint]:
    """`named`: with the goods that each is about."""
    match error:
        case None:
            return []
        case Refused():
            return [
                Complaint(_part_of(refusal), text) for refusal, text in detailed(error.refusals, order, named=named)
            ]
        case DomainError(errors=errors) if errors:
            return [Complaint(_part(name), text) for name, texts in errors.items() for text in texts]
    return [Complaint("", error.message)]


def _part_of(refusal: Refusal) -> str:
    # These codes are about the type, except where another reason would be accepted.
    if refusal.of_reason and refusal.code in ("window_closed", "type_excluded"):
        return "reason"
    return PARTS.get(refusal.code, "")


def _part(name: str) -> str:
    return PARTS.get(name.split(".")[0].split("[")[0], "")
