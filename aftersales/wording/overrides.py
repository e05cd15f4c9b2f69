"""What a manager decided alone, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kernel.languages import enumerated

from ..models import EmergencyOverride, OverrideAlarm

Result = OverrideAlarm.Result


def instead_of(row: EmergencyOverride) -> str:
    """The limits that it stands in the place of."""
    if row.without_second and row.above_daily_limit:
        return _("without the second person, and above their daily limit")
    return _("without the second person") if row.without_second else _("above their daily limit")


def mails(alarms: Iterable[OverrideAlarm]) -> str:
    """To whom the mails of a ticket went, in a line; each person once. The alarms with their `user`."""
    people: dict[int, str] = {}
    results: dict[int, set[str]] = {}
    for alarm in alarms:
        people[alarm.user_id] = alarm.user.display_name
        results.setdefault(alarm.user_id, set()).add(alarm.result)
    sent = [people[pk] for pk, own in results.items() if Result.SENT in own]
    perhaps = [people[pk] for pk, own in results.items() if Result.UNKNOWN in own and Result.SENT not in own]
    texts = [_("mailed to %(people)s") % {"people": enumerated(sent)}] if sent else []
    if perhaps:
        texts.append(_("may have been mailed to %(people)s") % {"people": enumerated(perhaps)})
    if texts:
        return " · ".join(texts)
    pending = any(Result.PENDING in own for own in results.values())
    return _("no mail sent yet") if pending else _("no mail reached anybody")
