"""Admin pages on which nothing is typed into a row: everything about it is read, and its verbs are buttons
with forms that call the services (architecture §4). No page here can write a status.

A page parses, calls a service and responds. The apps decide which rows a user sees and whom the user acts as on a
row (`get_queryset`, `actor`).
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field, unquote
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import ForeignKey, Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.money import DEFAULT_CURRENCY
from web.context import Context, Tile
from web.money import format_money

from ..actions import run
from ..confirm import BACK, FIELD, confirmed, confirmed_with_files
from ..forms import VerbForm
from .asking import ask
from .history import Line, Words, lines
from .parts import (
    EMPTY,
    Button,
    FoldedChoices,
    Panel,
    Text,
    TileChoices,
    Verb,
    by_machine,
    decisions,
    link,
    moment,
    status_tag,
    tag,
    tiles_of,
)
from .return_link import ComesBack


class DeskAdmin(ComesBack):
    """What every list of the desk shares: chips instead of a filter rail, counters above, 404 for strangers."""

    change_list_template = "admin/desk_list.html"
    change_form_template = "admin/desk_form.html"
    # It would cost a second COUNT over the whole table on each page of a list.
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    # Stock bulk actions such as “delete selected” write past the services.
    actions = None

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Stock admin redirects with a message, which tells a stranger more than 404 does."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def counters(self, request: HttpRequest) -> list[Tile]:
        """Tiles above the list: {"label", "count", "query", "selected"}."""
        return []

    def changelist_view(self, request: HttpRequest, extra_context: Context | None = None) -> HttpResponse:
        # PostgreSQL takes no NUL in a text: the search would end as a fault, not as a refusal.
        if any("\0" in value for _name, values in request.GET.lists() for value in values):
            raise Invalid(_("Remove the NUL character."))
        self._check_selection(request)
        title = capfirst(self.opts.verbose_name_plural)
        context = {"counters": self.counters(request), "title": title, **(extra_context or {})}
        return super().changelist_view(request, context)

    def _check_selection(self, request: HttpRequest) -> None:
        """Stock admin asks the database for whatever was ticked; what is no key of a row would end as a fault."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(key)
            except ValidationError:
                raise Invalid(_("Choose rows of this list.")) from None

    def page_url(self, row: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class ReadOnlyAdmin(DeskAdmin):
    """No adding, no changing, no deleting; verbs instead."""

    facts: ClassVar[tuple[tuple[Text, tuple[str, ...]], ...]] = ()  # (heading, names of fields or methods)
    verbs: ClassVar[list[Verb]] = []
    panels: ClassVar[list[Panel]] = []
    words: ClassVar[Words] = {}  # what the verbs of the history are called, where no button says it
    page_template = "admin/row_page.html"
    verb_template = "admin/verb_page.html"

    def actor(self, request: HttpRequest, row: Any) -> Actor | None:
        """Whom the user acts as on this row."""
        raise NotImplementedError

    def currency(self, row: Any) -> str:
        """Of the amounts among the facts."""
        return DEFAULT_CURRENCY

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- addresses -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path(
                f"<int:pk>/{verb.name}/",
                self.admin_site.admin_view(partial(self.verb_view, verb=verb)),
                name=f"{name}_{verb.name}",
            )
            for verb in self.verbs
        ]
        return [*ours, *super().get_urls()]

    def verb_url(self, row: Model, verb: Verb) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{verb.name}", args=[row.pk])

    # --- the page of a row -----------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Context | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise Http404
        return self._row_page(request, row)

    def _row_page(
        self, request: HttpRequest, row: Any, refused: Button | None = None, status: int = 200
    ) -> TemplateResponse:
        """`refused`: a form of this page, with what was typed and what is wrong with it."""
        panels = [(panel, data) for panel in self.panels if (data := panel.context(row, request)) is not None]
        buttons = self._buttons(request, row, refused)
        placed = {button.verb.panel: button for button in buttons if button.verb.panel}
        panels = [(panel, {**data, "button": placed.get(panel.name)}) for panel, data in panels]
        context = {
            **self._context(request, row),
            "facts": self._facts(row),
            "panels": [pair for pair in panels if not pair[0].rail],
            "rail": [pair for pair in panels if pair[0].rail],
            **decisions([button for button in buttons if not button.verb.panel], refused),
            "history": self._history(row),
            "form": refused.form if refused else None,
        }
        return TemplateResponse(request, self.page_template, context, status=status)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history is on the page itself; stock admin's log knows only edits, of which there are none."""
        return HttpResponseRedirect(self.page_url(self.get_object(request, unquote(object_id))))

    def page_title(self, row: Any) -> str:
        return str(row)

    def badge(self, row: Any) -> str:
        """The status in words, beside the title."""
        return row.get_status_display() if hasattr(row, "get_status_display") else ""

    def _context(self, request: HttpRequest, row: Any) -> Context:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "row": row,
            "title": self.page_title(row),
            "badge": self.badge(row),
            "tone": getattr(row, "status", ""),
            "page_url": self.page_url(row),
            "list_url": self.list_url(),
        }

    def _facts(self, row: Any) -> list[tuple[Text, list[tuple[str, str]]]]:
        return [(heading, [self._fact(name, row) for name in names]) for heading, names in self.facts]

    def _fact(self, name: str, row: Any) -> tuple[str, str]:
        label = str(label_for_field(name, self.model, self))
        try:
            model_field, _attr, value = lookup_field(name, row, self)
        except ObjectDoesNotExist:
            return label, EMPTY
        if model_field is None or isinstance(model_field, ForeignKey):
            return label, EMPTY if value in (None, "") else value
        if isinstance(value, bool):
            return label, _("yes") if value else _("no")
        if isinstance(value, Decimal):
            return label, format_money(value, self.currency(row))
        return label, display_for_field(value, model_field, EMPTY) or EMPTY

    def _buttons(self, request: HttpRequest, row: Any, refused: Button | None) -> list[Button]:
        actor = self.actor(request, row)
        possible = [verb for verb in self.verbs if actor and verb.possible(row, actor)]
        return [
            refused if refused and refused.verb is verb else self._button(verb, row, actor)  # type: ignore[arg-type]
            for verb in possible
        ]

    def _button(self, verb: Verb, row: Any, actor: Actor) -> Button:
        form = verb.form(row=row, actor=actor, auto_id=f"{verb.name}_%s") if verb.is_open(row) else None
        return Button(verb, self.verb_url(row, verb), form)

    def _history(self, row: Any) -> list[Line]:
        words = {**{verb.name: verb.label for verb in self.verbs}, **self.words}
        return lines(row, words, self.statuses(row)) if hasattr(row, "history") else []

    def statuses(self, row: Any) -> Words:
        """What the statuses of the history are called."""
        return dict(row._meta.get_field("status").flatchoices)

    # --- a verb ----------------------------------------------------------------------------------

    def verb_view(self, request: HttpRequest, pk: int, verb: Verb) -> HttpResponse:
        row = self.get_object(request, str(pk))
        actor = self.actor(request, row)
        if actor is None:
            raise Http404
        if request.method == "POST":
            return self._carry_out(request, row, verb, actor)
        if not verb.possible(row, actor):
            messages.error(request, _("“%(verb)s” isn't possible right now.") % {"verb": verb.label})
            return HttpResponseRedirect(self.page_url(row))
        return self._verb_page(request, row, verb, verb.form(row=row, actor=actor))

    def _carry_out(self, request: HttpRequest, row: Any, verb: Verb, actor: Actor) -> HttpResponse:
        names = {"auto_id": f"{verb.name}_%s"} if verb.inline else {}
        form = verb.form(request.POST, request.FILES, row=row, actor=actor, **names)
        following = self.following(request, row)
        if BACK in request.POST:
            return self._refused(request, row, verb, form, status=HTTPStatus.OK)
        seen = request.POST.get(FIELD, "")
        guarded = confirmed_with_files if "photos" in form.fields else confirmed
        outcome = run(form, guarded(verb.call, seen), row, actor=actor, now=timezone.now())
        if outcome.asks is not None:
            context = self._context(request, row) | {"back_url": self.came_from(request) or self.page_url(row)}
            return ask(request, outcome.asks, context, title=verb.label, subtitle=self.page_title(row), form=form)
        if not outcome.ok:
            # The message is above the form already where it names no field.
            if outcome.refusal is not None and outcome.refusal.errors:
                messages.error(request, outcome.refusal.message)
            return self._refused(request, row, verb, form, status=outcome.status)
        page = self.page_url(row)
        there = f"{page}#{verb.panel}" if verb.panel else page
        target = verb.next_url(outcome.result) if verb.next_url else following() or there
        name = row if target == there else link(page, row)
        messages.success(request, verb.done_text(name, outcome.result))
        return HttpResponseRedirect(target)

    def _refused(self, request: HttpRequest, row: Any, verb: Verb, form: VerbForm, status: int) -> TemplateResponse:
        """The form again: on the row's page if it is still possible there, otherwise on a page of its own."""
        row = self.get_object(request, str(row.pk))  # as it is, not as the service left it
        if verb.is_open(row) and verb.possible(row, self.actor(request, row)):
            return self._row_page(request, row, refused=Button(verb, self.verb_url(row, verb), form), status=status)
        return self._verb_page(request, row, verb, form, status=status)

    def following(self, request: HttpRequest, row: Any) -> Callable[[], str]:
        """Asked before the verb, answered after it: the address where to go on; empty for the row's page."""
        back = self.came_from(request)
        return lambda: back

    def _verb_page(
        self, request: HttpRequest, row: Any, verb: Verb, form: VerbForm, status: int = 200
    ) -> TemplateResponse:
        context = {
            **self._context(request, row),
            "title": verb.label,
            "subtitle": self.page_title(row),
            "verb": verb,
            "form": form,
            "subject": verb.subject,
            "data": verb.subject.context(row, request) if verb.subject else None,
            "facts": [(title, [pair for pair in pairs if pair[1] != EMPTY]) for title, pairs in self._facts(row)[:1]],
            "back_url": self.came_from(request) or self.page_url(row),
        }
        return TemplateResponse(request, self.verb_template, context, status=status)


__all__ = [
    "Button",
    "DeskAdmin",
    "FoldedChoices",
    "Panel",
    "ReadOnlyAdmin",
    "TileChoices",
    "Verb",
    "by_machine",
    "link",
    "moment",
    "status_tag",
    "tag",
    "tiles_of",
]
