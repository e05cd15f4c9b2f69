"""The addresses of the storefront (contract §8)."""

from .views import apply, home, orders, preferences, shops, tickets

urlpatterns = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *apply.urlpatterns,
    *tickets.urlpatterns,
    *shops.urlpatterns,
    *preferences.urlpatterns,
]
