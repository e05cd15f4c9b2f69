"""Many tickets at once: the list says which, a page says what would come of each, then it is done and said again."""

from collections.abc import Callable, Collection
from dataclasses import replace
from math import ceil
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import desk_rows, works_at_a_shop
from accounts.admin.scope import user_of
from accounts.models import User
from aftersales.access import with_whom
from aftersales.admin.tickets import TicketAdmin
from aftersales.models import Ticket
from aftersales.selectors import worklist
from kernel.actors import Actor
from kernel.languages import labelled
from web.confirm import FIELD

from ..page import context
from .actions import VERBS, BulkForm, BulkVerb
from .lines import Line, carried_out, done, line_of, outcome_of
from .parcels import coming_back
from .portions import PORTION, Portion, decided_since, from_receipts, pks_in, receipt
from .run import rehearse
from .seen import Seen, changed, read, written

MAX_TICKETS = 200
SHOW_SECONDS_FROM = 50  # with so many tickets the page says how long it will take


# --- actions of the ticket list -----------------------------------------------------------------


def choose(model_admin: Any, request: HttpRequest, rows: "QuerySet[Ticket]", *, verb: str) -> HttpResponse | None:
    chosen = list(rows.values_list("pk", flat=True)[: MAX_TICKETS + 1])
    if len(chosen) > MAX_TICKETS:
        messages.error(request, _("Up to %(most)d at once. Choose fewer.") % {"most": MAX_TICKETS})
        return None
    query = {"verb": verb, "ids": ".".join(map(str, chosen)), "back": request.GET.urlencode()}
    return HttpResponseRedirect(f"{reverse('admin:desk_bulk')}?{urlencode(query)}")


def _action(verb: BulkVerb) -> Callable[..., HttpResponse | None]:
    def act(model_admin: Any, request: HttpRequest, rows: "QuerySet[Ticket]") -> HttpResponse | None:
        return choose(model_admin, request, rows, verb=verb.name)

    act.__name__ = f"bulk_{verb.name}"
    return admin.action(act, permissions=["bulk"], description=verb.label)  # type: ignore[arg-type]


def _has_bulk_permission(model_admin: "ModelAdmin[Ticket]", request: HttpRequest) -> bool:
    """Deciding is the shop's; support has nothing to choose boxes for."""
    return works_at_a_shop(user_of(request))


def extend_ticket_list() -> None:
    """Adds the bulk actions to the ticket list: `aftersales` does not know the desk's pages."""
    TicketAdmin.has_bulk_permission = _has_bulk_permission  # type: ignore[attr-defined]
    TicketAdmin.actions = [_action(verb) for verb in VERBS.values()]  # type: ignore[assignment]


# --- the page ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    verb, chosen = VERBS.get(data.get("verb", "")), tickets_of(user_of(request), data.get("ids", ""))
    back = f"{reverse('admin:aftersales_ticket_changelist')}?{data.get('back', '')}".removesuffix("?")
    if verb is None:
        raise Http404
    if not chosen:
        messages.error(request, _("Select tickets in the list first."))
        return HttpResponseRedirect(back)
    if request.method != "POST":
        return _preview(request, verb, chosen, verb.form(tickets=[ticket for ticket, _actor in chosen]), back)
    tickets, portion = [ticket for ticket, _actor in chosen], Portion.of(request.POST)
    if portion.begun and portion.ids is None:
        lines = from_receipts(user_of(request), verb, request.POST.getlist("receipt"), tickets)
        return _result(request, verb, lines, back) if lines else HttpResponseRedirect(back)
    form, seen = verb.form(request.POST, tickets=tickets), read(data.get("seen", ""))
    valid, stale = form.is_valid(), _stale(user_of(request), verb, tickets, seen, portion)
    asked = FIELD in request.POST or not asks_twice(verb, form)
    if not valid or stale or not seen or not asked:  # what was never shown is shown first
        status = 409 if stale else 200 if valid else 400
        return _preview(request, verb, chosen, form, back, status=status, stale=stale, asking=valid and not stale)
    if portion.ids is not None:
        return _some(request, verb, chosen, form, seen, portion)
    return _result(request, verb, [carried_out(verb, pair, form, seen) for pair in chosen], back)


def _result(request: HttpRequest, verb: BulkVerb, lines: list[Line], back: str) -> HttpResponse:
    done = [line for line in lines if not line.why_not]
    values = outcome_of(verb, lines) | {"back": back, "done": done, "trail": _trail(back)}
    return TemplateResponse(request, "admin/desk/bulk_done.html", context(request, verb.label, **values))


def _stale(
    user: User, verb: BulkVerb, tickets: list[Ticket], seen: dict[int, Seen], portion: Portion
) -> Collection[int]:
    """The ids for which nothing at all is done. Portions that have begun go on with the others: the service refuses
    these, each by the version that was shown."""
    stale = changed(tickets, seen)
    if portion.ids is None or not stale:
        return stale
    rows = [ticket for ticket in tickets if ticket.pk in stale]
    begun = portion.begun or decided_since(user, verb, rows, portion.shown_at)
    return () if begun else stale


def _some(
    request: HttpRequest,
    verb: BulkVerb,
    chosen: list[tuple[Ticket, Actor]],
    form: BulkForm,
    seen: dict[int, Seen],
    portion: Portion,
) -> HttpResponse:
    """Of what was confirmed only a portion: its lines, for the list of the page that runs, and a receipt of them."""
    user = user_of(request)
    lines = [carried_out(verb, pair, form, seen) for pair in chosen if pair[0].pk in (portion.ids or ())]
    refused = [line.ticket for line in lines if line.why_not and line.ticket.pk in seen]
    decided = decided_since(user, verb, refused, portion.shown_at)
    if decided:
        again = tickets_of(user, ".".join(map(str, decided)))
        by_pk = {ticket.pk: done(verb, ticket) for ticket, _actor in again}
        lines = [by_pk.get(line.ticket.pk, line) for line in lines]
    values = {"lines": lines, "receipt": receipt(user, verb, lines)}
    return TemplateResponse(request, "admin/desk/bulk_portion.html", values)


def asks_twice(verb: BulkVerb, form: BulkForm) -> bool:
    """A page with a field can be sent by Enter, so it does not pay: the next one has none, and its button does."""
    return verb.pays and bool(form.fields)


def _trail(back: str) -> list[tuple[str, str]]:
    return [(str(capfirst(str(Ticket._meta.verbose_name_plural))), back)]


def tickets_of(user: User, ids: str) -> list[tuple[Ticket, Actor]]:
    """Those of `ids` ("7.8.9") that the user may see at the desk, each with its actor, in the order of the queue."""
    rows = Ticket.objects.filter(desk_rows(user), pk__in=pks_in(ids)[:MAX_TICKETS]).prefetch_related(coming_back())
    return with_whom(rows.order_by(*worklist.ORDER), user)


def _preview(
    request: HttpRequest,
    verb: BulkVerb,
    chosen: list[tuple[Ticket, Actor]],
    form: BulkForm,
    back: str,
    status: int = 200,
    stale: Collection[int] = (),
    asking: bool = False,
) -> HttpResponse:
    """Nothing is done yet. The rehearsal takes as long as the action itself will. `stale`: the ids of the tickets that
    are not any more what the page showed before. `asking`: with what was chosen, and without a field."""
    started, shown_at = monotonic(), timezone.now()
    asking = asking and asks_twice(verb, form)
    arguments = form.arguments if asking else form.supposed
    lines = [line_of(verb, pair, rehearse, arguments, timezone.now()) for pair in chosen]
    lines = [replace(line, changed=line.ticket.pk in stale) for line in lines]
    seconds = ceil(monotonic() - started) if len(lines) > SHOW_SECONDS_FROM else 0
    values = outcome_of(verb, lines) | {
        "back": back,
        "trail": _trail(back),
        "back_query": back.partition("?")[2],
        "form": form,
        "asking": asking,
        "to_be_asked": asks_twice(verb, form) and not asking,
        "confirm_field": FIELD,
        "ids": ".".join(str(ticket.pk) for ticket, _actor in chosen),
        "seen": written((line.ticket, line.amount) for line in lines if not line.why_not),
        "stale": stale,
        "seconds": seconds,
        "portion": PORTION if len(lines) > PORTION else 0,
        "chosen": len(lines),
        "shown_at": shown_at.isoformat(),
    }
    title = labelled(verb.label, ngettext("%(n)s ticket", "%(n)s tickets", len(lines)) % {"n": len(lines)})
    return TemplateResponse(request, "admin/desk/bulk.html", context(request, title, **values), status=status)
