"""The addresses of the storefront (contract §8)."""

from .views import apply, conversation, home, offline, orders, preferences, shops, slip, ticket, ticket_actions, tickets

urlpatterns = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *apply.urlpatterns,
    *tickets.urlpatterns,
    *ticket.urlpatterns,
    *ticket_actions.urlpatterns,
    *conversation.urlpatterns,
    *slip.urlpatterns,
    *shops.urlpatterns,
    *preferences.urlpatterns,
    *offline.urlpatterns,
]
