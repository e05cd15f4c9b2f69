from django.urls import URLPattern, URLResolver, path

from orders.api.actions import OrderAction
from web.api.actions import action_paths

from . import chargebacks, evidence, messages, parcels, pickups, tickets
from .actions import ACTIONS, DELIVER, TicketAction
from .benefits import views as benefits
from .payables import views as payables

TICKET = "tickets/<str:ticket_no>/"
PAYABLE = "payables/<str:payable_no>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/quote/", tickets.TicketQuote.as_view(), name="tickets-quote"),
    path("tickets/summary/", tickets.TicketSummary.as_view(), name="tickets-summary"),
    path(TICKET, tickets.TicketDetail.as_view(), name="ticket"),
    *action_paths(TicketAction, ACTIONS, TICKET, "ticket"),
    *action_paths(OrderAction, [DELIVER], "orders/<str:order_no>/", "order"),
    path(f"{TICKET}pickup-options/", pickups.PickupOptions.as_view(), name="ticket-pickup-options"),
    path(f"{TICKET}messages/", messages.Messages.as_view(), name="ticket-messages"),
    path(f"{TICKET}read/", messages.TicketRead.as_view(), name="ticket-read"),
    path("orders/<str:order_no>/read/", messages.OrderRead.as_view(), name="order-read"),
    path("orders/<str:order_no>/messages/", messages.OrderMessages.as_view(), name="order-messages"),
    path("orders/<str:order_no>/options/", tickets.OrderOptions.as_view(), name="order-options"),
    path(
        # A channel's number may have a slash.
        "orders/<str:order_no>/chargebacks/<path:chargeback_no>/evidence/",
        chargebacks.ChargebackEvidence.as_view(),
        name="order-chargeback-evidence",
    ),
    path("conditions/", tickets.Conditions.as_view(), name="conditions"),
    path("reasons/", tickets.Reasons.as_view(), name="reasons"),
    path("parcels/<int:pk>/count/", parcels.ParcelCount.as_view(), name="parcel-count"),
    path("payables/", payables.Payables.as_view(), name="payables"),
    path(PAYABLE, payables.PayableDetail.as_view(), name="payable"),
    *action_paths(payables.PayableAction, payables.ACTIONS, PAYABLE, "payable"),
    path("benefits/", benefits.Benefits.as_view(), name="benefits"),
    path("benefits/<int:pk>/acknowledge/", benefits.BenefitAcknowledge.as_view(), name="benefit-acknowledge"),
    path("evidence/", evidence.EvidenceUpload.as_view(), name="evidence-upload"),
    path("evidence/<uuid:pk>/", evidence.EvidenceFile.as_view(), name="evidence"),
    path("evidence/<uuid:pk>/thumbnail/", evidence.EvidenceThumbnail.as_view(), name="evidence-thumbnail"),
]
