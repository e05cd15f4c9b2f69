"""What pages of the desk are made of: verbs, panels, and small pieces of text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from kernel.actors import Actor
from kernel.languages import labelled
from web.context import Context, Text, Tile

from ..forms import VerbForm

if TYPE_CHECKING:
    from django.db.models import QuerySet

EMPTY = "–"


def by_machine(name: str, row: Any, actor: Actor) -> bool:
    return name in row.allowed_to(actor)


@dataclass(frozen=True)
class Verb:
    """A button. `call(row, *, actor, now, **arguments)` is the service. `consequence` is what the form page
    says will happen; `may(row, actor)` shows or hides the button (the service has the last word)."""

    name: str
    label: Text
    call: Callable[..., Any]
    form: type[VerbForm] = VerbForm
    consequence: Text = ""
    may: Callable[[Any, Actor], bool] | None = None
    inline: bool = False  # the form stands open on the row's page: the step that is taken most
    danger: bool = False
    template: str = "admin/verb_fields.html"
    lead_template: str = ""  # shown before the form: a form of its own that leads elsewhere
    panel: str = ""  # where its open form stands, and leads back to, instead of among the decisions: a panel's name
    asks: Callable[[Any], bool] | None = None  # of such a row even an inline form has a page of its own, to confirm on
    key: str = ""  # the letter that leads to its form; no other verb of the page has it
    next_url: Callable[[Any], str] | None = None  # the address of what the service answered; otherwise the row's page
    # What came of it, from what the service answered, where "done" would say too much: only proposed, or only queued.
    done: Callable[[Any], Text] | None = None
    subject: "Panel | None" = None  # of the row's page: what is decided on, shown before the form on its page too

    def possible(self, row: Any, actor: Actor | None) -> bool:
        if actor is None:
            return False
        return self.may(row, actor) if self.may else by_machine(self.name, row, actor)

    def done_text(self, name: Any, result: Any) -> SafeString:
        """For the message after it. `name`: of the row, or a link to it."""
        if self.done is not None:
            return format_html(labelled("{}", "{}"), name, self.done(result))
        return format_html(gettext("{row}: “{verb}” done."), row=name, verb=self.label)

    def is_open(self, row: Any) -> bool:
        """Whether its form stands open on the row's page."""
        return self.inline and not (self.asks and self.asks(row))


@dataclass(frozen=True)
class Panel:
    """A part of a row's page; apps above hang theirs onto the pages of apps below."""

    title: Text
    template: str
    context: Callable[[Any, HttpRequest], Context | None]  # None: nothing to show, so no panel
    rail: bool = False  # beside the row instead of below it
    half: bool = False  # shares its line with the next half
    name: str = ""  # an id on the page, for links to it


@dataclass
class Button:
    """A verb on a page, ready to draw."""

    verb: Verb
    url: str
    form: VerbForm | None = None


def decisions(buttons: list[Button], refused: Button | None) -> Context:
    """`forms` stand open on the page, `others` are links to a form; `chosen` is the one that is shown."""
    forms = [button for button in buttons if button.form is not None]
    chosen = refused if refused in forms else next(iter(forms), None)
    return {
        "buttons": buttons,
        "forms": forms,
        "others": [button for button in buttons if button.form is None],
        "chosen": chosen.verb.name if chosen else "",
    }


class FoldedChoices(admin.ChoicesFieldListFilter):
    """Many values: the chips stand folded away until one is chosen or looked for."""

    template = "admin/filter_folded.html"


class TileChoices(admin.ChoicesFieldListFilter):
    """The tiles above the list are these choices already."""

    template = "admin/drawn_as_tiles.html"


def tiles_of(
    rows: "QuerySet[Any]", choices: Iterable[tuple[str, Text]], chosen: str | None, late: str = ""
) -> list[Tile]:
    """Counters above a list, a tile a status: {"label", "count", "url", "selected", "tone"}. One query.
    `late`: the status that is bad news where there is any of it."""
    counts = dict(rows.order_by().select_related(None).values_list("status").annotate(n=Count("pk")))
    return [
        {
            "label": label,
            "count": counts.get(value, 0),
            "url": f"?status__exact={value}",
            "selected": chosen == value,
            "tone": "late" if value == late and counts.get(value) else "",
        }
        for value, label in choices
    ]


def tag(text: object, tone: str) -> SafeString:
    """A status as dot and word: colour is never the only sign (ux 12)."""
    return format_html('<span class="tag tone-{}">{}</span>', tone, text)


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def link(url: str, text: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


@admin.display(description=gettext_lazy("status"), ordering="status")
def status_tag(row: Any) -> SafeString:
    return tag(row.get_status_display(), row.status)
