from django.urls import URLPattern, URLResolver, path

from . import api, api_evidence, api_messages, api_verbs

VERBS = {
    "withdraw": api_verbs.Withdraw,
    "amend": api_verbs.Amend,
    "approve": api_verbs.Approve,
    "reject": api_verbs.Reject,
    "pay-difference": api_verbs.PayDifference,
    "ship-back": api_verbs.ShipBack,
    "receive": api_verbs.Receive,
    "refuse-goods": api_verbs.RefuseGoods,
    "return-goods": api_verbs.ReturnGoods,
    "reship": api_verbs.Reship,
    "confirm-replacement": api_verbs.ConfirmReplacement,
    "convert": api_verbs.Convert,
    "reopen": api_verbs.Reopen,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", api.Tickets.as_view(), name="tickets"),
    path("tickets/quote/", api.TicketQuote.as_view(), name="tickets-quote"),
    path("tickets/summary/", api.TicketSummary.as_view(), name="tickets-summary"),
    path("tickets/<str:ticket_no>/", api.TicketDetail.as_view(), name="ticket"),
    *(path(f"tickets/<str:ticket_no>/{name}/", door.as_view(), name=f"ticket-{name}") for name, door in VERBS.items()),
    path("tickets/<str:ticket_no>/messages/", api_messages.Messages.as_view(), name="ticket-messages"),
    path("orders/<str:order_no>/options/", api.OrderOptions.as_view(), name="order-options"),
    path("reasons/", api.Reasons.as_view(), name="reasons"),
    path("evidence/", api_evidence.EvidenceUpload.as_view(), name="evidence-upload"),
    path("evidence/<uuid:pk>/", api_evidence.EvidenceFile.as_view(), name="evidence"),
    path("evidence/<uuid:pk>/thumbnail/", api_evidence.EvidenceThumbnail.as_view(), name="evidence-thumbnail"),
]
