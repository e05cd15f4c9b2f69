from django.urls import path

from . import views

urlpatterns = [
    path("orders/<str:order_no>/ship/", views.OrderShip.as_view(), name="order-ship"),
    path("parcels/<int:pk>/", views.ParcelDetail.as_view(), name="parcel"),
    path("parcels/<int:pk>/events/", views.ParcelEvents.as_view(), name="parcel-events"),
    path("return-addresses/", views.ReturnAddresses.as_view(), name="return-addresses"),
    path("return-addresses/<int:pk>/retire/", views.ReturnAddressRetire.as_view(), name="return-address-retire"),
]
