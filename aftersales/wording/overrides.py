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
    """To whom the mails of one went, in a line. The alarms with their `user`."""
    sent, to_send = [], []
    for alarm in alarms:
        if alarm.result == Result.SENT:
            sent.append(alarm.user.display_name)
        elif alarm.result == Result.PENDING:
            to_send.append(alarm.user.display_name)
    if sent:
        return _("mailed to %(people)s") % {"people": enumerated(sent)}
    if to_send:
        return _("no mail sent yet")
    return _("no mail reached anybody")
