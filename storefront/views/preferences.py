"""Light or dark."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.themes import COOKIE, THEMES

KEPT = timedelta(days=365)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice in a cookie and goes back to where one was."""
    response = HttpResponseRedirect(_back(request))
    wanted = request.POST.get("theme", "")
    if wanted in THEMES:
        response.set_cookie(COOKIE, wanted, max_age=KEPT, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(COOKIE)
    return response


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


urlpatterns = [path("theme/", theme, name="theme")]
