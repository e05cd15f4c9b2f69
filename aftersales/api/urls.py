from django.urls import URLPattern, URLResolver, path

from . import actions, evidence, messages, tickets

VERBS = {
    "withdraw": actions.Withdraw,
    "amend": actions.Amend,
    "approve": actions.Approve,
    "reject": actions.Reject,
    "pay-difference": actions.PayDifference,
    "ship-back": actions.ShipBack,
    "receive": actions.Receive,
    "refuse-goods": actions.RefuseGoods,
    "return-goods": actions.ReturnGoods,
    "reship": actions.Reship,
    "confirm-replacement": actions.ConfirmReplacement,
    "convert": actions.Convert,
    "reopen": actions.Reopen,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", tickets.Tickets.as_view(), name="tickets"),
    path("tickets/quote/", tickets.TicketQuote.as_view(), name="tickets-quote"),
    path("tickets/summary/", tickets.TicketSummary.as_view(), name="tickets-summary"),
    path("tickets/<str:ticket_no>/", tickets.TicketDetail.as_view(), name="ticket"),
    *(path(f"tickets/<str:ticket_no>/{name}/", door.as_view(), name=f"ticket-{name}") for name, door in VERBS.items()),
    path("tickets/<str:ticket_no>/messages/", messages.Messages.as_view(), name="ticket-messages"),
    path("orders/<str:order_no>/options/", tickets.OrderOptions.as_view(), name="order-options"),
    path("reasons/", tickets.Reasons.as_view(), name="reasons"),
    path("evidence/", evidence.EvidenceUpload.as_view(), name="evidence-upload"),
    path("evidence/<uuid:pk>/", evidence.EvidenceFile.as_view(), name="evidence"),
    path("evidence/<uuid:pk>/thumbnail/", evidence.EvidenceThumbnail.as_view(), name="evidence-thumbnail"),
]
