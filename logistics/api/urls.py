from django.urls import URLPattern, URLResolver, path

from orders.api.actions import OrderAction
from web.api.actions import action_paths

from . import views

urlpatterns: list[URLPattern | URLResolver] = [
    *action_paths(OrderAction, [views.SHIP], "orders/<str:order_no>/", "order"),
    path("couriers/likely/", views.LikelyCouriers.as_view(), name="couriers-likely"),
    path("parcels/<int:pk>/", views.ParcelDetail.as_view(), name="parcel"),
    path("parcels/<int:pk>/events/", views.ParcelEvents.as_view(), name="parcel-events"),
    path("return-addresses/", views.ReturnAddresses.as_view(), name="return-addresses"),
    path("return-addresses/<int:pk>/retire/", views.ReturnAddressRetire.as_view(), name="return-address-retire"),
]
