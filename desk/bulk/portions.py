"""The tickets of a page, sent some at a time by its script, so that it can show how far it is.

A portion is rehearsed where the form as a whole would be answered by the page that says what would come of each, and
else carried out. It is answered with its lines and a receipt of them; with all receipts the form gets its page, and
nothing is done again. What is decided is bound to what was shown in a portion as in the whole (`seen`): a receipt says
what happened, and decides nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.admin.scope import user_of
from aftersales.models import Ticket
from kernel.models import History
from web.confirm import FIELD

from .actions import BulkForm, BulkVerb
from .lines import Line, carried_out, done, line_of
from .receipts import Kind, from_receipts, receipt
from .run import rehearse
from .seen import Seen, changed, read
from .tickets import decidable, named, pks_in

PORTION = 10  # tickets in a request: about a second of work
LOOK = "look"  # the field of a form that only asks what would come of each, before anything was typed


def asks_twice(verb: BulkVerb, form: BulkForm) -> bool:
    """A page with a field can be sent by Enter, so it does not pay: the next one has none, and its button does."""
    return verb.pays and bool(form.fields)


def answer(request: HttpRequest, verb: BulkVerb) -> HttpResponse:
    """To a POST of the page's form with the field `portion` ("7.8": of its `ids` those to work on now). 400 or 409
    without a page where the form as a whole would not be carried out either; its own answer says why."""
    user, data = user_of(request), request.POST
    tickets = named(user, data.get("ids", ""))
    pks = {ticket.pk for ticket in tickets}.intersection(pks_in(data["portion"]))
    if not pks:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if LOOK in data:
        form = verb.form(tickets=tickets)
        lines = [line_of(verb, pair, rehearse, form.supposed, timezone.now()) for pair in decidable(user, pks)]
        return _answer(request, verb, Kind.FORESEEN, lines)
    form, seen = verb.form(data, tickets=tickets), read(data.get("seen", ""))
    if not form.is_valid() or not seen:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if _stale(request, verb, tickets, seen):
        return HttpResponse(status=HTTPStatus.CONFLICT)
    pairs = decidable(user, pks)
    if FIELD not in data and asks_twice(verb, form):
        lines = [line_of(verb, pair, rehearse, form.arguments, timezone.now()) for pair in pairs]
        return _answer(request, verb, Kind.FORESEEN, lines)
    lines = _with_lost(request, verb, [carried_out(verb, pair, form, seen) for pair in pairs], seen)
    return _answer(request, verb, Kind.DONE, lines)


def _answer(request: HttpRequest, verb: BulkVerb, kind: Kind, lines: list[Line]) -> HttpResponse:
    text = receipt(user_of(request), verb, kind, lines)
    values = {"lines": lines, "carried_out": kind == Kind.DONE, "receipt": text}
    return TemplateResponse(request, "admin/desk/bulk_portion.html", values)


def _stale(request: HttpRequest, verb: BulkVerb, tickets: list[Ticket], seen: dict[int, Seen]) -> bool:
    """Whether nothing at all is done. Work that has begun goes on with the others: the service refuses those that have
    changed, each by the version that was shown."""
    stale = changed(tickets, seen)
    receipts = request.POST.getlist("receipt")
    if not stale or from_receipts(user_of(request), verb, Kind.DONE, receipts, tickets):
        return False
    return not _decided(request, verb, [ticket for ticket in tickets if ticket.pk in stale])


def _with_lost(request: HttpRequest, verb: BulkVerb, lines: list[Line], seen: dict[int, Seen]) -> list[Line]:
    """Refused because the same portion was sent before, and its answer was lost on its way: that one is done."""
    decided = _decided(request, verb, [line.ticket for line in lines if line.why_not and line.ticket.pk in seen])
    if not decided:
        return lines
    again = {ticket.pk: done(verb, ticket) for ticket, _actor in decidable(user_of(request), decided)}
    return [again.get(line.ticket.pk, line) for line in lines]


def _decided(request: HttpRequest, verb: BulkVerb, tickets: Iterable[Ticket]) -> set[int]:
    """The ids of those on which the user has carried out `verb` since the page was made."""
    rows, shown_at = {ticket.pk: ticket.shop_id for ticket in tickets}, _moment(request.POST.get("shown_at", ""))
    if shown_at is None or not rows:
        return set()
    mine = History.objects.filter(actor_id=user_of(request).pk, at__gte=shown_at, action=verb.name)
    mine = mine.filter(machine=Ticket.machine_name, object_id__in=rows, shop_id__in=set(rows.values()))
    return set(mine.values_list("object_id", flat=True))


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
