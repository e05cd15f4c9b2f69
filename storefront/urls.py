"""The addresses of the storefront (contract §8)."""

from .views import (
    account,
    apply,
    conversation,
    home,
    offline,
    orders,
    payment,
    personal_data,
    preferences,
    shops,
    slip,
    ticket,
    ticket_actions,
    tickets,
)

urlpatterns = [
    *home.urlpatterns,
    *account.urlpatterns,
    *personal_data.urlpatterns,
    *orders.urlpatterns,
    *apply.urlpatterns,
    *tickets.urlpatterns,
    *ticket.urlpatterns,
    *ticket_actions.urlpatterns,
    *payment.urlpatterns,
    *conversation.urlpatterns,
    *slip.urlpatterns,
    *shops.urlpatterns,
    *preferences.urlpatterns,
    *offline.urlpatterns,
]
