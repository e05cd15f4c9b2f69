"""A quote, and the reasons to choose from, as JSON."""

from kernel.money import ZERO
from web.api.answers import money

from ...models import Reason
from ...rules.amounts import Quote
from ...states import Fault, Type
from ...wording.amounts import shown_deductions
from ..answers_before import QuoteAnswer, ReasonAnswer
from ..benefits.representation import deductions_json


def quote_json(quote: Quote, currency: str) -> QuoteAnswer:
    return {
        "lines": [
            {
                "line_id": priced.requested.line.pk,
                "quantity": priced.requested.quantity,
                "amount": money(priced.amount, currency),
            }
            for priced in quote.priced_lines
        ],
        "goods_amount": money(quote.goods_amount, currency),
        "freight_amount": money(quote.freight_amount, currency),
        "price_difference": money(quote.price_difference, currency),
        "service_fee": money(ZERO, currency),
        "deductions": deductions_json(shown_deductions(quote.deductions), currency),
        "returned_in_kind": {"points": quote.points, "coupons": quote.coupons},
        "taken_back": {"points": quote.points_taken_back, "coupons": quote.coupons_cancelled},
        "total": money(quote.total, currency),
        "tenders": [
            {"channel": payment.channel, "amount": money(amount, currency)} for payment, amount in quote.tenders
        ],
        "eligible": not quote.reasons,
        "reasons": quote.reasons,
    }


def reason_json(reason: Reason) -> ReasonAnswer:
    return {
        "type": reason.type,
        "type_label": str(Type(reason.type).label),
        "code": reason.code,
        "label": reason.label,
        "fault": reason.fault,
        "fault_label": str(Fault(reason.fault).label),
        "evidence_required": reason.evidence_required,
        "sub_reasons": [{"code": kind.code, "label": kind.label} for kind in reason.kinds],
    }
