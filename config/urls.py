"""Every address of the site. `handler…`: what a caller gets where no view answered."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from web import health
from web.health import metrics

from . import errors

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("readyz/jobs", health.working, name="readyz-jobs"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("config.api_urls")),
    path("notify/", include("logistics.tracks.urls")),
    path("notify/", include("refunds.notices.urls")),
    path("sandbox/", include("refunds.api.sandbox_urls")),
    path("sandbox/", include("demo.payment_page")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("", include("storefront.urls")),
    re_path(r"^(?:api|notify|sandbox|metrics)(?:/|$)", errors.nothing_here),
]
