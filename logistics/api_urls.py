from django.urls import path

from . import api

urlpatterns = [
    path("orders/<str:order_no>/ship/", api.OrderShip.as_view(), name="order-ship"),
    path("parcels/<int:pk>/", api.ParcelDetail.as_view(), name="parcel"),
    path("parcels/<int:pk>/events/", api.ParcelEvents.as_view(), name="parcel-events"),
    path("return-addresses/", api.ReturnAddresses.as_view(), name="return-addresses"),
    path("return-addresses/<int:pk>/retire/", api.ReturnAddressRetire.as_view(), name="return-address-retire"),
]
