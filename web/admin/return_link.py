"""`?next=`: a form of the desk that was opened from one of its pages leads back there, and never out of the desk."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class ComesBack(admin.ModelAdmin):
    def came_from(self, request: HttpRequest) -> str:
        """The page of the desk that the address names; empty when it names none."""
        target = request.GET.get("next", "")
        # A browser resolves “..”, so /admin/../ would lead out of the desk. None: no host at all may be named.
        inside = target.startswith(reverse("admin:index")) and ".." not in target
        return target if inside and url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""

    def get_preserved_filters(self, request: HttpRequest) -> str:
        """Stock admin hands this on from form to form: save and go on, delete."""
        preserved, back = super().get_preserved_filters(request), self.came_from(request)
        return "&".join(part for part in (preserved, urlencode({"next": back}) if back else "") if part)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._back(request) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._back(request) or super().response_post_save_change(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        answer = super().response_delete(request, obj_display, obj_id)
        return (isinstance(answer, HttpResponseRedirect) and self._back(request)) or answer

    def _back(self, request: HttpRequest) -> HttpResponseRedirect | None:
        back = self.came_from(request)
        return HttpResponseRedirect(back) if back else None
