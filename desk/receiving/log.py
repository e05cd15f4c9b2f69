"""What was received: a message once, and the last ones of the day below the input."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftersales.models import Ticket
from aftersales.models.ticket_line import Condition
from aftersales.states import Status, Type
from aftersales.wording.event_labels import event_label
from kernel.languages import labelled
from kernel.models import History
from web.money import format_money

MAX_ROWS = 10
ACTIONS = ("receive", "refuse_goods")


@dataclass(frozen=True)
class Done:
    ticket: Ticket
    verb: str
    at: datetime


def done_today(user_id: int, now: datetime) -> list[Done]:
    """The last ten of this person since midnight (of `now`'s time zone), newest first. Two statements."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = History.objects.filter(actor_id=user_id, at__gte=midnight, machine=Ticket.machine_name, action__in=ACTIONS)
    history = list(rows.order_by("-at", "-id").values_list("object_id", "action", "at")[:MAX_ROWS])
    tickets = Ticket.objects.select_related("order").in_bulk([pk for pk, _verb, _at in history])
    return [Done(tickets[pk], event_label(verb), at) for pk, verb, at in history if pk in tickets]


def summary(ticket: Ticket, name: str, arguments: Mapping[str, Any]) -> str:
    """ "AS1: 2 units received · 1 back to stock · 1 missing · ¥99.00 refunded" """
    if name != "receive":
        return _("%(ticket)s: goods refused. Send them back to the buyer.") % {"ticket": ticket}
    if ticket.status == Status.REJECTED:
        return _("%(ticket)s: nothing arrived and nothing is refunded. Receive it if it turns up.") % {"ticket": ticket}
    units = list(arguments["units"])
    came = sum(unit["quantity"] for unit in units if unit["condition"] != Condition.MISSING)
    as_new = sum(unit["quantity"] for unit in units if unit["condition"] == Condition.AS_NEW)
    marked = sum(unit["quantity"] for unit in units if unit["condition"] == Condition.RESELLABLE)
    parts = [ngettext("%(n)d unit received", "%(n)d units received", came) % {"n": came}]
    if ticket.type != Type.REPAIR:  # what was repaired is the buyer's
        parts += [_("%(n)d back to stock") % {"n": as_new}] if as_new else []
        parts += [_("%(n)d to resellable stock") % {"n": marked}] if marked else []
    if ticket.missing_quantity:
        parts.append(_("%(n)d missing") % {"n": ticket.missing_quantity})
    if extras := sum(extra["quantity"] for extra in arguments.get("extras", ())):
        parts.append(_("%(n)d extra") % {"n": extras})
    if ticket.type == Type.RETURN_REFUND and ticket.approved_amount is not None:
        amount = format_money(ticket.approved_amount, ticket.order.currency)
        # The units came late: the first ones were refunded before.
        in_all = _("%(amount)s refunded in all") if ticket.status == Status.COMPLETED else _("%(amount)s refunded")
        parts.append(in_all % {"amount": amount})
    return labelled(ticket, " · ".join(parts))
