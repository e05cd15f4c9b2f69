"""One's own data: all of it to take along, and erased (docs/privacy.md)."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.login.passwords import check_own_password
from accounts.models import User
from accounts.privacy.erasure import nothing, request_erasure, withdraw_erasure
from accounts.privacy.export import write_zip
from accounts.privacy.models import ErasureRequest
from kernel.actors import BUYER, Actor
from kernel.languages import paragraph
from web.actions import attempt

from ..access import buyer, page


@page
@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """POST, so that no link and no reading ahead of a browser makes all of this work."""
    file = TemporaryFile()  # noqa: SIM115  (the response closes it)
    write_zip(buyer(request), file, nothing)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"my-data-{timezone.localdate():%Y%m%d}.zip")


@page
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    user, password = buyer(request), request.POST.get("password", "")[:128]
    outcome = attempt(_request, request, user, password)
    if outcome.refusal is not None:
        texts = [text for texts in (outcome.refusal.errors or {}).values() for text in texts]
        messages.error(request, paragraph(*texts) or outcome.refusal.message)
    else:
        messages.success(request, _("We've received your request. You can withdraw it here until it's carried out."))
    return HttpResponseRedirect(reverse("account") + "#my-data")


def _request(request: HttpRequest, user: User, password: str) -> ErasureRequest:
    # Who came without a password, from the shop's own login, has none to give.
    if user.has_usable_password():
        check_own_password(request, user, password)
    return request_erasure(user, actor=Actor(BUYER, user.display_name, user.pk), now=timezone.now())


@page
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    outcome = attempt(withdraw_erasure, buyer(request), now=timezone.now())
    if outcome.refusal is not None:
        messages.error(request, outcome.refusal.message)
    else:
        messages.success(request, _("Request withdrawn. Your account stays as it is."))
    return HttpResponseRedirect(reverse("account") + "#my-data")


urlpatterns = [
    path("account/data/", download, name="my-data"),
    path("account/erasure/", erase, name="erasure"),
    path("account/erasure/withdraw/", withdraw, name="erasure-withdraw"),
]
