"""The addresses of the storefront (contract §8)."""

from .views import apply, home, offline, orders, preferences, shops, slip, ticket, ticket_talk, ticket_verbs, tickets

urlpatterns = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *apply.urlpatterns,
    *tickets.urlpatterns,
    *ticket.urlpatterns,
    *ticket_verbs.urlpatterns,
    *ticket_talk.urlpatterns,
    *slip.urlpatterns,
    *shops.urlpatterns,
    *preferences.urlpatterns,
    *offline.urlpatterns,
]
