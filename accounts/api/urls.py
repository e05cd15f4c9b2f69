from django.urls import URLPattern, URLResolver, path

from . import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", views.ObtainToken.as_view(), name="token"),
    path("shops/<str:code>/", views.ShopDetail.as_view(), name="shop"),
    path("shops/<str:code>/faq/", views.ShopFaq.as_view(), name="shop-faq"),
]
