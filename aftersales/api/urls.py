from django.urls import URLPattern, URLResolver, path

from web.api.actions import action_paths

from . import evidence, messages, tickets
from .actions import ACTIONS, TicketAction

TICKET = "tickets/<str:ticket_no>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/quote/", tickets.TicketQuote.as_view(), name="tickets-quote"),
    path("tickets/summary/", tickets.TicketSummary.as_view(), name="tickets-summary"),
    path(TICKET, tickets.TicketDetail.as_view(), name="ticket"),
    *action_paths(TicketAction, ACTIONS, TICKET, "ticket"),
    path(f"{TICKET}messages/", messages.Messages.as_view(), name="ticket-messages"),
    path("orders/<str:order_no>/options/", tickets.OrderOptions.as_view(), name="order-options"),
    path("reasons/", tickets.Reasons.as_view(), name="reasons"),
    path("evidence/", evidence.EvidenceUpload.as_view(), name="evidence-upload"),
    path("evidence/<uuid:pk>/", evidence.EvidenceFile.as_view(), name="evidence"),
    path("evidence/<uuid:pk>/thumbnail/", evidence.EvidenceThumbnail.as_view(), name="evidence-thumbnail"),
]
