"""Many tickets at once: the list says which, a page says what would come of each, then it is done and said again."""

from collections.abc import Callable, Collection, Sized
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

from accounts.access import works_at_a_shop
from accounts.admin.scope import user_of
from aftersales.admin.tickets import TicketAdmin
from aftersales.models import Ticket
from kernel.actors import Actor
from kernel.languages import labelled
from web.confirm import FIELD
from web.context import Context

from ..page import context
from .actions import VERBS, BulkForm, BulkVerb
from .lines import Line, carried_out, line_of, outcome_of
from .portions import LOOK, PORTION, answer, asks_twice
from .receipts import Kind, from_receipts
from .run import rehearse
from .seen import changed, read, written
from .tickets import MAX_TICKETS, tickets_of

SHOW_SECONDS_FROM = 50  # with so many tickets the page says how long it will take
CHECK_FROM = 50  # with more than so many the page is made in portions
WHOLE = "whole"  # of its address: in one go all the same


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
    user, verb = user_of(request), VERBS.get(data.get("verb", ""))
    if verb is None:
        raise Http404
    if "portion" in request.POST:
        return answer(request, verb)
    chosen = tickets_of(user, data.get("ids", ""))
    back = f"{reverse('admin:aftersales_ticket_changelist')}?{data.get('back', '')}".removesuffix("?")
    if not chosen:
        messages.error(request, _("Select tickets in the list first."))
        return HttpResponseRedirect(back)
    tickets, seen = [ticket for ticket, _actor in chosen], read(data.get("seen", ""))
    if request.method != "POST" and len(chosen) > CHECK_FROM and WHOLE not in data:
        return _checking(request, verb, tickets, back)
    if request.method != "POST" or LOOK in data:
        return _preview(request, verb, chosen, verb.form(tickets=tickets), back)
    form, stale = verb.form(request.POST, tickets=tickets), changed(tickets, seen)
    valid = form.is_valid()
    asked = FIELD in data or not asks_twice(verb, form)
    if asked and "receipt" in data:  # all of it was done in portions
        lines = list(from_receipts(user, verb, Kind.DONE, request.POST.getlist("receipt"), tickets).values())
        return _result(request, verb, lines, back) if lines else HttpResponseRedirect(back)
    if not valid or stale or not seen or not asked:  # what was never shown is shown first
        status = 409 if stale else 200 if valid else 400
        return _preview(request, verb, chosen, form, back, status=status, stale=stale, asking=valid and not stale)
    return _result(request, verb, [carried_out(verb, pair, form, seen) for pair in chosen], back)


def _result(request: HttpRequest, verb: BulkVerb, lines: list[Line], back: str) -> HttpResponse:
    done = [line for line in lines if not line.why_not]
    values = outcome_of(verb, lines) | {"back": back, "done": done, "trail": _trail(back)}
    return TemplateResponse(request, "admin/desk/bulk_done.html", context(request, verb.label, **values))


def _checking(request: HttpRequest, verb: BulkVerb, tickets: list[Ticket], back: str) -> HttpResponse:
    """Before so many are rehearsed: a page whose script has it done in portions. Without a script it leads on by
    itself to the page that takes its time."""
    values = _about(verb, len(tickets), back) | {
        "ids": ".".join(str(ticket.pk) for ticket in tickets),
        "look": LOOK,
        "checks": True,
        "whole": f"{request.get_full_path()}&{WHOLE}=1",
    }
    return TemplateResponse(request, "admin/desk/bulk_check.html", context(request, _title(verb, tickets), **values))


def _title(verb: BulkVerb, rows: Sized) -> str:
    return labelled(verb.label, ngettext("%(n)s ticket", "%(n)s tickets", len(rows)) % {"n": len(rows)})


def _about(verb: BulkVerb, chosen: int, back: str) -> Context:
    """Of every page with a form."""
    return {
        "verb": verb,
        "chosen": chosen,
        "portion": PORTION if chosen > PORTION else 0,
        "back": back,
        "back_query": back.partition("?")[2],
        "trail": _trail(back),
    }


def _trail(back: str) -> list[tuple[str, str]]:
    return [(str(capfirst(str(Ticket._meta.verbose_name_plural))), back)]


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
    receipts = request.POST.getlist("receipt")
    foreseen = from_receipts(user_of(request), verb, Kind.FORESEEN, receipts, (ticket for ticket, _actor in chosen))
    lines = [foreseen.get(pair[0].pk) or line_of(verb, pair, rehearse, arguments, timezone.now()) for pair in chosen]
    lines = [replace(line, changed=line.ticket.pk in stale) for line in lines]
    seconds = ceil(monotonic() - started) if len(lines) > SHOW_SECONDS_FROM and not foreseen else 0
    to_be_asked = asks_twice(verb, form) and not asking
    values = outcome_of(verb, lines) | _about(verb, len(lines), back)
    values |= {
        "form": form,
        "asking": asking,
        "to_be_asked": to_be_asked,
        "checks": to_be_asked,
        "confirm_field": FIELD,
        "ids": ".".join(str(ticket.pk) for ticket, _actor in chosen),
        "seen": written((line.ticket, line.amount) for line in lines if not line.why_not),
        "shown_at": shown_at.isoformat(),
        "stale": stale,
        "seconds": seconds,
    }
    return TemplateResponse(
        request, "admin/desk/bulk.html", context(request, _title(verb, lines), **values), status=status
    )
