"""Names of the enumerations in the OpenAPI schema, where several of them share the name of a field."""

from aftersales.api.answers import OUTWARD_KINDS
from aftersales.models import Evidence, TicketRefund
from aftersales.models.message import AUTHORS
from aftersales.states import FreightPayer, RejectionGround
from aftersales.states import Status as TicketStatus
from aftersales.states import Type as TicketType
from kernel.actors import KINDS
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel
from orders.machine import Status as OrderStatus
from refunds.machine import Status as RefundStatus

ACTOR_KIND = KINDS
OUTWARD_ACTOR_KIND = OUTWARD_KINDS
ORDER_STATUS = OrderStatus.values
TICKET_STATUS = TicketStatus.values
TICKET_TYPE = TicketType.values
REFUND_STATUS = RefundStatus.values
REFUND_KIND = TicketRefund.Kind.values
PARCEL_STATUS = ParcelStatus.values
PARCEL_KIND = Parcel.Kind.values
EVIDENCE_KIND = Evidence.Kind.values
FREIGHT_PAYER = FreightPayer.values
AUTHOR_KIND = AUTHORS
REJECTION_GROUND = RejectionGround.values
