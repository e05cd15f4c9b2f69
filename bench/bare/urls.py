from django.urls import path

from . import views

urlpatterns = [
    path("api/v1/tickets/", views.Tickets.as_view()),
    path("api/v1/tickets/<str:ticket_no>/", views.Detail.as_view()),
    path("api/v1/tickets/<str:ticket_no>/approve/", views.Approve.as_view()),
    path("api/v1/evidence/<uuid:pk>/", views.Detail.as_view(), name="evidence"),
    path("api/v1/evidence/<uuid:pk>/thumbnail/", views.Detail.as_view(), name="evidence-thumbnail"),
]
