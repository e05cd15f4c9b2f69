"""A refusal as the page shows it: each reason as its sentence, with the part of the page that it is about."""

from dataclasses import dataclass

from aftersales.wording.refusals import reason_text
from kernel.errors import DomainError, NotEligible
from orders.models import Order

# Where on the page what is refused can be changed. By what a service says; the rest is said at the top only.
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
    # Where a reason of its own is refused, another reason helps; otherwise another type.
    part = "reason" if reason == "no_reason" and code in ("window_closed", "type_excluded") else PARTS.get(code, "")
    return Complaint(part, reason_text(code, order=order, reason=reason))


def _part(name: str) -> str:
    return PARTS.get(name.split(".")[0].split("[")[0], "")
