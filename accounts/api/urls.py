from django.urls import URLPattern, URLResolver, path

from . import memberships, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", views.ObtainToken.as_view(), name="token"),
    path("auth/logout/", views.Logout.as_view(), name="api-logout"),
    path("auth/logout-all/", views.LogoutAll.as_view(), name="api-logout-all"),
    path("memberships/", memberships.Memberships.as_view(), name="memberships"),
    path("memberships/<int:pk>/accept/", memberships.Accept.as_view(), name="membership-accept"),
    path("memberships/<int:pk>/decline/", memberships.Decline.as_view(), name="membership-decline"),
    path("shops/<str:code>/", views.ShopDetail.as_view(), name="shop"),
    path("shops/<str:code>/faq/", views.ShopFaq.as_view(), name="shop-faq"),
]
