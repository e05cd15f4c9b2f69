"""What browsers and robots fetch by themselves: the page for no network, the worker that shows it, small files."""

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# What the worker caches. None of it depends on who is logged in.
PAGE = "/offline/"
CACHED_FILES = ("site.css", "icon.svg")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")


@cache
def _worker() -> str:
    """`sw.js` with the list of files that it caches.

    The version changes with any of the files, so that a new release replaces the cached copies."""
    files = [settings.BASE_DIR / "static" / name for name in ("sw.js", *CACHED_FILES)]
    files.append(settings.BASE_DIR / "templates" / "offline.html")
    version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    shell = [PAGE, *(f"{settings.STATIC_URL}{name}" for name in CACHED_FILES)]
    facts = json.dumps({"version": version, "page": PAGE, "shell": shell})
    return f"const OFFLINE = {facts};\n{files[0].read_text(encoding='utf-8')}"


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a worker sees only what lies below its address."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(max_age=86_400, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    """Asked for by browsers that read no page first."""
    return HttpResponseRedirect(static("icon-192.png"))


@require_safe
@cache_control(max_age=86_400, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for a search engine: the pages are behind a login."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


urlpatterns = [
    path("offline/", offline, name="offline"),
    path("sw.js", worker, name="worker"),
    path("favicon.ico", favicon, name="favicon"),
    path("robots.txt", robots, name="robots"),
]
