"""Names of the enumerations in the OpenAPI schema, where several of them share the name of a field, and what every
path with a number takes."""

from typing import Any

from django.utils.translation import gettext as _

from aftersales.api.answers import OUTWARD_KINDS
from aftersales.api.payables.views import BY_HAND as PAYABLES_BY_HAND
from aftersales.models import Evidence, Offer, TicketRefund
from aftersales.models.extra_goods import CONDITIONS as EXTRA_CONDITIONS
from aftersales.models.message import AUTHORS
from aftersales.models.ticket_line import Condition
from aftersales.states import MONEY_TYPES, FreightPayer, RejectionGround
from aftersales.states import Status as TicketStatus
from aftersales.states import Type as TicketType
from kernel.actors import KINDS
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from logistics.services.count import CONDITIONS as UNDELIVERED_CONDITIONS
from orders.machine import Status as OrderStatus
from refunds.chargebacks.machine import Status as ChargebackStatus
from refunds.complaints.machine import Status as ComplaintStatus
from refunds.machine import Status as RefundStatus
from refunds.payables.machine import Kind as PayableKind
from refunds.payables.machine import Payee
from refunds.payables.machine import Status as PayableStatus
from refunds.redirections.models import Target as RedirectionTarget

ACTOR_KIND = KINDS
OUTWARD_ACTOR_KIND = OUTWARD_KINDS
ORDER_STATUS = OrderStatus.values
TICKET_STATUS = TicketStatus.values
TICKET_TYPE = TicketType.values
MONEY_TYPE = sorted(MONEY_TYPES)
OFFER_STATUS = Offer.Status.values
CONDITION = Condition.values
EXTRA_CONDITION = [code for code, _label in EXTRA_CONDITIONS]
UNDELIVERED_CONDITION = list(UNDELIVERED_CONDITIONS)
REFUND_STATUS = RefundStatus.values
PAYABLE_STATUS = PayableStatus.values
PAYABLE_KIND = PayableKind.values
PAYABLE_BY_HAND_KIND = PAYABLES_BY_HAND
PAYEE = Payee.values
REDIRECTION_TARGET = RedirectionTarget.values
CHARGEBACK_STATUS = ChargebackStatus.values
COMPLAINT_STATUS = ComplaintStatus.values
REFUND_KIND = TicketRefund.Kind.values
PARCEL_STATUS = ParcelStatus.values
PARCEL_KIND = Parcel.Kind.values
EVIDENCE_KIND = Evidence.Kind.values
FREIGHT_PAYER = FreightPayer.values
AUTHOR_KIND = AUTHORS
REJECTION_GROUND = RejectionGround.values


Schema = dict[str, Any]
# Paths that name an order or a ticket by its number, in the path or in the body.
NUMBERED = ("{order_no}", "{ticket_no}", "/tickets/quote/")


def numbers_take_a_shop(result: Schema, **_context: Any) -> Schema:
    """A number is unique in a shop: `?shop=` chooses, and 409 names the shops where it has to be said."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            applies = path.endswith("/tickets/") and method == "post"
            if applies or any(part in path for part in NUMBERED):
                operation.setdefault("parameters", []).append(_shop())
                refusal = operation["responses"]["404"]["content"]["application/json"]["schema"]
                content = {"application/json": {"schema": refusal}}
                text = _("Several shops use this number. They're listed in `details.shops`.")
                operation["responses"].setdefault("409", {"content": content, "description": text})
    return result


def _shop() -> Schema:
    text = _("The shop's code, if the number alone isn't unique for you.")
    return {"in": "query", "name": "shop", "schema": {"type": "string"}, "description": text}
