"""What the queue shows of a ticket, cell by cell."""

from django.contrib import admin
from django.db.models import F
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.actors import kind_label as actor_label
from kernel.languages import labelled
from web.admin.base import moment, tag
from web.money import format_money
from web.pictures import picture
from web.times import ticking

from ..models import Ticket
from ..selectors.messages.latest import last_message
from ..selectors.overrides import alarms_of
from ..selectors.pending_action import PendingAction, pending_action
from ..states import DUTY_MARKS, OverrideState
from ..templatetags.tickets import state_tag
from ..wording.amounts import shown_amount
from ..wording.labels import SHORT_ALERTS
from ..wording.overrides import mails

MESSAGE_LENGTH = 60  # characters


class Cells:
    """The columns, by the names that Django's admin calls them by."""

    @admin.display(description=_("ticket"), ordering="ticket_no")
    def number(self, ticket: Ticket) -> SafeString:
        return format_html(
            '{}<br><span class="small quiet">{} · {}</span>',
            ticket.ticket_no,
            ticket.order.order_no,
            moment(ticket.created_at),
        )

    @admin.display(description=_("goods and reason"))
    def goods(self, ticket: Ticket) -> SafeString:
        lines = list(ticket.lines.all())
        first = lines[0].line if lines else None
        return format_html(
            '<span class="with-picture"><img src="{}" alt="" width="44" height="44" loading="lazy"><span>{}{}<br>'
            '<span class="small quiet">{} · {}</span></span></span>',
            picture(first.image_url if first else ""),
            f"{first.shown_title} × {lines[0].quantity}" if first else "–",
            f" +{len(lines) - 1}" if len(lines) > 1 else "",
            ticket.get_type_display(),
            ticket.reason,
        )

    @admin.display(description=_("buyer and last message"), ordering="buyer__username")
    def conversation(self, ticket: Ticket) -> SafeString:
        return format_html("{}{}", ticket.buyer.display_name, _last_words(ticket))

    @admin.display(description=_("buyer, shop and last message"), ordering="buyer__username")
    def conversation_and_shop(self, ticket: Ticket) -> SafeString:
        shop = format_html(' <span class="small quiet">{}</span>', ticket.shop.shown_name)
        return format_html("{}{}{}", ticket.buyer.display_name, shop, _last_words(ticket))

    @admin.display(description=_("amount"), ordering="requested_amount")
    def amount(self, ticket: Ticket) -> SafeString | str:
        amount_shown = shown_amount(ticket)
        if amount_shown is None:
            return "–"
        return format_html('<span class="num">{}</span>', format_money(amount_shown.amount, ticket.order.currency))

    @admin.display(description=_("status"), ordering="status")
    def state(self, ticket: Ticket) -> SafeString:
        status = state_tag(ticket)
        for mark in sorted(DUTY_MARKS.intersection(ticket.alerts)):
            status = format_html("{}<br>{}", status, tag(SHORT_ALERTS[mark], "bad"))
        if ticket.buyer_waits_since:
            status = format_html("{}<br>{}", status, tag(_("to answer"), "answer"))
        alarms = alarms_of(ticket)
        if alarms is not None:
            label = tag(labelled(gettext("decided alone"), OverrideState(ticket.override).label), "bad")
            status = format_html('{}<br>{} <span class="small quiet">{}</span>', status, label, mails(alarms))
        person = ticket.assignee
        if person is None:
            return status
        return format_html('{}<br><span class="small quiet">→ {}</span>', status, person.display_name)

    @admin.display(description=_("alerts"))
    def warnings(self, ticket: Ticket) -> SafeString | str:
        tags = [(tag(SHORT_ALERTS[code], "bad"),) for code in ticket.alerts if code in SHORT_ALERTS]
        return format_html_join(mark_safe("<br>"), "{}", tags) or "–"

    @admin.display(description=_("who acts by when"), ordering=F("due_at").asc(nulls_last=True))
    def next_step(self, ticket: Ticket) -> SafeString | str:
        step = pending_action(ticket, timezone.now())
        return "–" if step is None else format_html("{}{}", step.text, _deadline(step))


def _last_words(ticket: Ticket) -> SafeString | str:
    """Who wrote last, and how it begins; of photos alone, that they are some."""
    message = last_message(ticket)
    if message is None:
        return ""
    words = Truncator(message.words or gettext("photos")).chars(MESSAGE_LENGTH)
    who = actor_label(message.author_kind)
    new = tag(_("new"), "answer") if message.unread else ""  # type: ignore[attr-defined]
    return format_html(
        '<br><span class="small quiet">{} · {}</span> {}', labelled(who, words), moment(message.at)[5:], new
    )


def _deadline(step: PendingAction) -> SafeString | str:
    """How much time is left and what happens then; of what is late, since when."""
    if step.due_at is None:
        return ""
    at, printed = step.due_at.isoformat(timespec="seconds"), moment(step.due_at)
    if step.late:
        words = format_html(gettext("overdue since {}"), format_html('<time datetime="{}">{}</time>', at, printed))
        return format_html('<br><span class="small late-text">{}</span>', words)
    left = format_html(gettext("{} left"), ticking(step.due_at))
    label = gettext("then")
    then = f" · {labelled(label, step.then)}" if step.then else ""
    return format_html(
        '<br><span class="small"><b>{}</b> · <time datetime="{}">{}</time>{}</span>', left, at, printed, then
    )
