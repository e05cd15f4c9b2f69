from web.api.answers import money, when

from ...models import Benefit, BenefitKind, Ticket
from ...states import BenefitState
from ...wording.amounts import ShownDeduction, benefit_sentence
from .answers import BenefitAnswer, DeductionAnswer


def deductions_json(rows: list[ShownDeduction], currency: str) -> list[DeductionAnswer]:
    return [{"cause": row.cause, "cause_label": row.label, "amount": money(row.amount, currency)} for row in rows]


def benefit_json(benefit: Benefit) -> BenefitAnswer:
    """Fetch with ticket and order."""
    return {
        "id": benefit.pk,
        "key": benefit.key,
        "kind": benefit.kind,
        "kind_label": str(BenefitKind(benefit.kind).label),
        "sentence": benefit_sentence(benefit),
        "ticket_no": benefit.ticket.ticket_no,
        "order_no": benefit.order.order_no,
        "points": benefit.points,
        "coupon": benefit.code,
        "valid_until": when(benefit.valid_until),
        "reissued": benefit.reissued,
        "state": benefit.state,
        "state_label": str(BenefitState(benefit.state).label),
        "created_at": when(benefit.created_at),
        "acknowledged_at": when(benefit.acknowledged_at),
    }


def benefits_of(ticket: Ticket) -> list[BenefitAnswer]:
    """Read only of a ticket that may have some."""
    if ticket.completed_at is None or not (
        ticket.points_returned or ticket.coupons_returned or ticket.order.has_promotions
    ):
        return []
    return [benefit_json(row) for row in ticket.benefits.select_related("ticket", "order")]
