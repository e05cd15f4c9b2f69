"""Why a pickup ended, in words: its own reasons by code, everything else as the courier's system said it."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


class Reason(StrEnum):
    TOO_DEAR = "too_dear"
    NOBODY_CAME = "nobody_came"
    TOO_LATE = "too_late"


_TEXTS: dict[str, "str | Promise"] = {
    Reason.TOO_DEAR: gettext_lazy("The courier asks more for it than the shop pays for a return."),
    Reason.NOBODY_CAME: gettext_lazy("Nothing was heard of the courier for 24 hours after the time that was booked."),
    Reason.TOO_LATE: gettext_lazy("The courier's system couldn't be reached before the time that was booked."),
}


def reason_text(reason: str) -> str:
    return str(_TEXTS.get(reason, reason))
