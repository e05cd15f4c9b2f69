"""The warehouse: scan a number, count and grade what came, next. All of it by keyboard, or on a phone."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import desk_rows
from accounts.admin.scope import user_of
from accounts.models import User
from aftersales import services
from aftersales.access import with_whom
from aftersales.admin.forms import RefuseForm
from aftersales.admin.tickets import refuse_goods
from aftersales.models import Ticket
from aftersales.selectors.parcel_lookup import matching_tickets, reason_not_receivable, undelivered_parcels
from aftersales.services import allowed_actions
from kernel.actors import Actor
from kernel.errors import DomainError
from logistics.models import Parcel
from web.actions import run
from web.admin.asking import ask
from web.confirm import BACK, FIELD, confirmed, confirmed_with_files
from web.forms import VerbForm

from ..page import context
from .form import CountForm
from .log import done_today, summary

MAX_TICKETS = 10  # tickets to choose from
TITLE = _("Receive goods")


@dataclass(frozen=True)
class Step:
    """A verb of this page: what it is called in `allowed_actions`, its service, its form."""

    action: str
    call: Callable[..., Ticket]
    form: type[VerbForm]


STEPS = {
    "receive": Step("receive", services.receive, CountForm),
    "refuse": Step("refuse-goods", refuse_goods, RefuseForm),
}


@require_http_methods(["GET", "HEAD", "POST"])
def receiving(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _carry_out(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:300]
    matches = _matching(user_of(request), text) if text else []
    awaited = [(ticket, actor) for ticket, actor in matches if not reason_not_receivable(ticket, actor)]
    if len(awaited) == 1:
        return _counting(request, *awaited[0])
    return _scanning(request, text, matches, awaited)


def _matching(user: User, text: str) -> list[tuple[Ticket, Actor]]:
    rows = matching_tickets(Ticket.objects.filter(desk_rows(user)), text, MAX_TICKETS)
    return with_whom(rows, user)


def _undelivered(user: User, text: str) -> list[Parcel]:
    """Parcels to buyers that came back: counted on their own page."""
    return list(undelivered_parcels(Parcel.objects.filter(desk_rows(user)), text, MAX_TICKETS))


def _scanning(
    request: HttpRequest,
    text: str,
    matches: list[tuple[Ticket, Actor]],
    awaited: list[tuple[Ticket, Actor]],
    status: int = 200,
) -> HttpResponse:
    """The input and the last ones done; above them what a number that opened nothing means."""
    values = {
        "q": text,
        "choose": [ticket for ticket, _actor in awaited],
        "refused": [(ticket, reason_not_receivable(ticket, actor)) for ticket, actor in matches] if not awaited else [],
        "undelivered": _undelivered(user_of(request), text) if text else [],
        "log": done_today(user_of(request).pk, timezone.localtime()),
    }
    return TemplateResponse(request, "admin/desk/receive.html", context(request, TITLE, **values), status=status)


def _counting(
    request: HttpRequest, ticket: Ticket, actor: Actor, sent: str = "", form: VerbForm | None = None, status: int = 200
) -> HttpResponse:
    """One parcel open on the table. `form` is what came back with something to correct."""
    possible = allowed_actions(ticket, actor, now=timezone.now())
    forms = {
        name: form if form and name == sent else step.form(row=ticket, actor=actor, auto_id=f"{name}_%s")
        for name, step in STEPS.items()
        if step.action in possible
    }
    values = {"ticket": ticket, "forms": forms, "files": ticket.evidence.select_related("uploader"), "sent": sent}
    return TemplateResponse(request, "admin/desk/receive_count.html", context(request, TITLE, **values), status=status)


def _carry_out(request: HttpRequest) -> HttpResponse:
    name, number = request.POST.get("verb", ""), request.POST.get("ticket", "")
    matches = [pair for pair in _matching(user_of(request), number.replace("\x00", "")) if pair[0].ticket_no == number]
    if name not in STEPS or not matches:
        raise Http404
    (ticket, actor), step = matches[0], STEPS[name]
    form = step.form(request.POST, request.FILES, row=ticket, actor=actor, auto_id=f"{name}_%s")
    if BACK in request.POST:
        return _counting(request, ticket, actor, name, form)
    guarded = confirmed_with_files if "photos" in form.fields else confirmed
    outcome = run(form, guarded(step.call, request.POST.get(FIELD, "")), ticket, actor=actor, now=timezone.now())
    if outcome.asks is not None:
        values = context(request, TITLE, base="admin/desk_page.html", back_url=reverse("admin:desk_receive"))
        return ask(request, outcome.asks, values, title=TITLE, subtitle=number, form=form)
    if outcome.refusal is not None:
        return _refused(request, number, name, form, outcome.refusal)
    if outcome.result is None:
        return _counting(request, ticket, actor, name, form, status=outcome.status)
    messages.success(request, summary(outcome.result, name, form.arguments()))
    return HttpResponseRedirect(reverse("admin:desk_receive"))


def _refused(request: HttpRequest, number: str, name: str, form: VerbForm, refusal: DomainError) -> HttpResponse:
    """Back to the form with what was typed; or to the input, where the ticket has moved on meanwhile."""
    ticket, actor = next(pair for pair in _matching(user_of(request), number) if pair[0].ticket_no == number)
    gone = STEPS[name].action not in allowed_actions(ticket, actor, now=timezone.now())
    if gone or refusal.errors:  # without errors of fields the form itself has the message
        messages.error(request, refusal.message)
    if gone:
        return _scanning(request, number, [(ticket, actor)], [], status=refusal.http_status)
    return _counting(request, ticket, actor, name, form, status=refusal.http_status)
