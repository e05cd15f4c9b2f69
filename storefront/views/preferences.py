"""Light or dark."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ..themes import COOKIE, THEMES

COOKIE_AGE = timedelta(days=365)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice in a cookie and goes back to the page before."""
    response = HttpResponseRedirect(_back(request))
    choice = request.POST.get("theme", "")
    if choice in THEMES:
        response.set_cookie(
            COOKIE, choice, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:  # as the browser prefers
        response.delete_cookie(COOKIE)
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    # Only to an address of this site, so that no link can send a reader elsewhere.
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


urlpatterns = [path("theme/", theme, name="theme")]
