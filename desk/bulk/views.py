"""Many tickets at once: the list says which, a page says what would come of each, then it is done and said again."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
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
from aftersales.wording.labels import status_label
from kernel.actors import Actor
from kernel.languages import labelled
from kernel.money import ZERO
from web.actions import Outcome
from web.confirm import FIELD
from web.context import Context
from web.forms import Arguments

from ..page import context
from .actions import GROUNDS, VERBS, BulkForm, BulkVerb
from .parcels import coming_back
from .run import Step, carry_out, rehearse, sentence
from .seen import Seen, bound, changed, read, written

MAX_TICKETS = 200
GROUNDS_FOR_MANY = {str(ground) for ground in GROUNDS}
SHOW_SECONDS_FROM = 50  # with so many tickets the page says how long it will take


@dataclass(frozen=True)
class Line:
    """A ticket and its outcome, or the outcome it would have: `status` in words and `amount` afterwards, or why not."""

    ticket: Ticket
    status: str = ""
    tone: str = ""
    amount: Decimal | None = None
    why_not: str = ""
    needs_ground: bool = False
    changed: bool = False


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
    tickets, seen = [ticket for ticket, _actor in chosen], read(data.get("seen", ""))
    form = verb.form(request.POST, tickets=tickets)
    valid, stale = form.is_valid(), changed(tickets, seen)
    asked = FIELD in request.POST or not asks_twice(verb, form)
    if not valid or stale or not seen or not asked:  # what was never shown is shown first
        status = 409 if stale else 200 if valid else 400
        return _preview(request, verb, chosen, form, back, status=status, stale=stale, asking=valid and not stale)
    lines = [_carried_out(verb, pair, form, seen) for pair in chosen]
    done = [line for line in lines if not line.why_not]
    values = _outcome(verb, lines) | {"back": back, "done": done, "trail": _trail(back)}
    return TemplateResponse(request, "admin/desk/bulk_done.html", context(request, verb.label, **values))


def asks_twice(verb: BulkVerb, form: BulkForm) -> bool:
    """A page with a field can be sent by Enter, so it does not pay: the next one has none, and its button does."""
    return verb.pays and bool(form.fields)


def _trail(back: str) -> list[tuple[str, str]]:
    return [(str(capfirst(str(Ticket._meta.verbose_name_plural))), back)]


def tickets_of(user: User, ids: str) -> list[tuple[Ticket, Actor]]:
    """Those of `ids` ("7.8.9") that the user may see at the desk, each with its actor, in the order of the queue."""
    pks = [int(pk) for pk in re.findall(r"\d{1,18}", ids)][:MAX_TICKETS]
    rows = Ticket.objects.filter(desk_rows(user), pk__in=pks).prefetch_related(coming_back())
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
    started = monotonic()
    asking = asking and asks_twice(verb, form)
    arguments = form.arguments if asking else form.supposed
    lines = [_line(verb, pair, rehearse, arguments, timezone.now()) for pair in chosen]
    lines = [replace(line, changed=line.ticket.pk in stale) for line in lines]
    seconds = ceil(monotonic() - started) if len(lines) > SHOW_SECONDS_FROM else 0
    values = _outcome(verb, lines) | {
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
    }
    title = labelled(verb.label, ngettext("%(n)s ticket", "%(n)s tickets", len(lines)) % {"n": len(lines)})
    return TemplateResponse(request, "admin/desk/bulk.html", context(request, title, **values), status=status)


def _carried_out(verb: BulkVerb, pair: tuple[Ticket, Actor], form: BulkForm, seen: dict[int, Seen]) -> Line:
    """As the page showed it. What it listed as impossible is not done, also where it would be possible by now."""
    entry = seen.get(pair[0].pk)
    if entry is not None:
        as_shown = replace(verb, call=bound(verb.call, entry, verb.amount))
        return _line(as_shown, pair, carry_out, form.arguments, timezone.now())
    line = _line(verb, pair, rehearse, form.arguments, timezone.now())
    return replace(line, why_not=line.why_not or _("It wasn't possible when you looked. Open it on its own."))


def _line(
    verb: BulkVerb,
    pair: tuple[Ticket, Actor],
    run: Callable[[Step], Outcome[Ticket]],
    arguments: Callable[[Ticket], Arguments],
    now: datetime,
) -> Line:
    ticket, actor = pair
    outcome = run(partial(verb.call, ticket, actor=actor, now=now, **arguments(ticket)))
    after, refusal = outcome.result, outcome.refusal
    if refusal is not None and run is rehearse and GROUNDS_FOR_MANY.intersection(refusal.details.get("grounds", ())):
        return Line(ticket, amount=ticket.requested_amount, needs_ground=True)
    if after is None or refusal is not None:
        return Line(ticket, amount=ticket.requested_amount, why_not=sentence(refusal, ticket) if refusal else "")
    return Line(ticket, status_label(after), after.status, verb.amount(after))


def _outcome(verb: BulkVerb, lines: list[Line]) -> Context:
    able = [line for line in lines if not line.why_not]
    return {
        "verb": verb,
        "able": able,
        "unable": [line for line in lines if line.why_not],
        "totals": _totals(able) if verb.pays else {},
    }


def _totals(lines: list[Line]) -> dict[str, Decimal]:
    """Currency → the sum of the tickets whose order is in it; without the currencies of which nothing is paid."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        currency = line.ticket.order.currency
        totals[currency] = totals.get(currency, ZERO) + (line.amount or ZERO)
    return {currency: total for currency, total in totals.items() if total}
