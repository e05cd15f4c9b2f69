"""A refusal as the application page shows it: each code as a sentence, beside the section of the page it is about."""

from dataclasses import dataclass

from aftersales.wording.refusals import reason_text
from kernel.errors import DomainError, NotEligible
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


@dataclass(frozen=True)
class Complaint:
    """`part`: the id of the section, "" for none."""

    part: str
    text: str


def complaints_of(error: DomainError | None, order: Order, reason: str) -> list[Complaint]:
    match error:
        case None:
            return []
        case NotEligible():
            return [_of_code(code, order, reason) for code in error.reasons]
        case DomainError(errors=errors) if errors:
            return [Complaint(_part(name), text) for name, texts in errors.items() for text in texts]
    return [Complaint("", error.message)]


def _of_code(code: str, order: Order, reason: str) -> Complaint:
    # These two codes are about the type, except for returns without a reason: there another reason may be accepted.
    part = "reason" if reason == "no_reason" and code in ("window_closed", "type_excluded") else PARTS.get(code, "")
    return Complaint(part, reason_text(code, order=order, reason=reason))


def _part(name: str) -> str:
    return PARTS.get(name.split(".")[0].split("[")[0], "")
