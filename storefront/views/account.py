"""One's own account: the password, where one works, and the answer to an invitation."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import invitations
from accounts.access import all_memberships, membership_for
from accounts.privacy.erasure import blockers, foresee, open_request
from web.actions import attempt

from ..access import buyer, page


@page
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user, now = buyer(request), timezone.now()
    members = list(all_memberships(user))
    context = {
        "erasure": open_request(user),
        "reasons": [blocker.sentence for blocker in blockers(user)],
        "foreseen": foresee(user, now=now),
        "years": settings.RETENTION_YEARS,
        "invitations": [member for member in members if member.accepted_at is None],
        "accepted": [member for member in members if member.accepted_at is not None],
    }
    return render(request, "storefront/account.html", context)


@page
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    user = buyer(request)
    member = membership_for(user, pk)
    role = request.POST.get("role", "")
    outcome = attempt(invitations.accept, member, user=user, now=timezone.now(), role=role)
    return _answer(request, outcome.refusal, _("You're now a member of %(shop)s.") % {"shop": member.shop.shown_name})


@page
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    user = buyer(request)
    outcome = attempt(invitations.decline, membership_for(user, pk), user=user, now=timezone.now())
    return _answer(request, outcome.refusal, _("Declined."))


def _answer(request: HttpRequest, refusal: Exception | None, done: str) -> HttpResponse:
    if refusal is None:
        messages.success(request, done)
    else:
        messages.error(request, getattr(refusal, "message", ""))
    return HttpResponseRedirect(reverse("account"))


urlpatterns = [
    path("account/", account, name="account"),
    path("account/memberships/<int:pk>/accept/", accept, name="membership-accept-page"),
    path("account/memberships/<int:pk>/decline/", decline, name="membership-decline-page"),
]
