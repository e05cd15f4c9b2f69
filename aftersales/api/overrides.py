"""What a manager decided alone in an emergency: what comes in, and how it is answered."""

from typing import Annotated, TypedDict

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from web.api.answers import Moment, Money, OneOf, money, when
from web.fields import CountField, FlagField, MoneyField, TextField

from ..models import EmergencyOverride, OverrideAlarm, Ticket
from ..selectors.overrides import overrides_of
from ..states import OverrideState
from .serializers import ID, DecisionInput, above_zero, optional_text


class BreakGlassInput(DecisionInput):
    amount = MoneyField(validators=[above_zero], help_text=_("The most you decide on alone, in money and goods."))
    reason = TextField(max_length=1000, help_text=_("Why nobody else can be asked now. Whoever reviews it reads it."))


class ReviewOverrideInput(serializers.Serializer):
    override = CountField(min_value=1, max_value=ID, help_text=_("The `id` of one of the ticket's `overrides`."))
    accept = FlagField()
    note = optional_text(1000, help_text=_("Required for an objection, and for a decision on one."))


class AlarmAnswer(TypedDict):
    name: Annotated[str, "Who could have been the second person."]
    result: Annotated[str, OneOf(OverrideAlarm.Result.values)]
    result_label: str
    sent_at: Annotated[Moment | None, "When the mail server took it."]


class OverrideAnswer(TypedDict):
    id: int
    by: Annotated[str, "Who decided alone."]
    version: Annotated[int, "The version of the ticket that it was about."]
    amount: Annotated[Money, "Up to so much, in money and goods."]
    without_second: Annotated[bool, "In the place of the second person."]
    above_daily_limit: Annotated[bool, "Beyond the daily limit of who decided."]
    reason: str
    at: Moment
    state: Annotated[str, OneOf(OverrideState.values)]
    state_label: str
    reviewed_by: Annotated[str, "Somebody else; empty before the review."]
    reviewed_at: Moment | None
    note: str
    ruled_by: Annotated[str, "Of platform support, where somebody objected."]
    ruled_at: Moment | None
    ruling: str
    alarms: Annotated[list[AlarmAnswer], "The mail to each who could review it."]


def overrides_json(ticket: Ticket) -> list[OverrideAnswer]:
    """Oldest first. Two statements."""
    return [_override_json(row, ticket.order.currency) for row in overrides_of(ticket)]


def _override_json(row: EmergencyOverride, currency: str) -> OverrideAnswer:
    return {
        "id": row.pk,
        "by": row.user.display_name,
        "version": row.version,
        "amount": money(row.amount, currency),
        "without_second": row.without_second,
        "above_daily_limit": row.above_daily_limit,
        "reason": row.reason,
        "at": when(row.at),
        "state": row.state.value,
        "state_label": str(row.state.label),
        "reviewed_by": row.reviewed_by.display_name if row.reviewed_by else "",
        "reviewed_at": when(row.reviewed_at),
        "note": row.note,
        "ruled_by": row.ruled_by.display_name if row.ruled_by else "",
        "ruled_at": when(row.ruled_at),
        "ruling": row.ruling,
        "alarms": [_alarm_json(alarm) for alarm in row.alarms.all()],
    }


def _alarm_json(alarm: OverrideAlarm) -> AlarmAnswer:
    return {
        "name": alarm.user.display_name,
        "result": alarm.result,
        "result_label": str(alarm.get_result_display()),
        "sent_at": when(alarm.sent_at),
    }
