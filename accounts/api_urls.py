from django.urls import URLPattern, URLResolver, path

from . import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", api.ObtainToken.as_view(), name="token"),
    path("shops/<str:code>/", api.ShopDetail.as_view(), name="shop"),
    path("shops/<str:code>/faq/", api.ShopFaq.as_view(), name="shop-faq"),
]
