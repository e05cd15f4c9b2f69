"""The holiday pause, on the page of the shop."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import holidays
from accounts.models import Shop
from kernel.actors import SUPPORT, Actor
from web.admin.base import Verb
from web.forms import Arguments, VerbForm, moment_field

from ..services import pauses


class PauseForm(VerbForm):
    """A holiday of the calendar, or any two times."""

    holiday = forms.ChoiceField(label=_("official holiday"), required=False, help_text=_("Or enter the times below."))
    starts_at = moment_field(_("holiday pause from"))
    ends_at = moment_field(_("holiday pause until"))

    def prepare(self) -> None:
        self.holidays = {one.first.isoformat(): one for one in holidays.coming(self.row, timezone.now())}
        options = [(key, str(one)) for key, one in self.holidays.items()]
        self.fields["holiday"].choices = [("", "–"), *options]  # type: ignore[attr-defined]

    def arguments(self) -> Arguments:
        data = self.cleaned_data
        chosen = self.holidays.get(data["holiday"])
        if chosen is not None:
            return {"starts_at": chosen.starts_at, "ends_at": chosen.ends_at}
        return {"starts_at": data["starts_at"], "ends_at": data["ends_at"]}

    def clean(self) -> Arguments:
        data = super().clean() or self.cleaned_data
        for name in ("starts_at", "ends_at"):
            if not data.get("holiday") and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Choose a holiday or enter both times."))
        return data


def _may(actor: Actor) -> bool:
    # The services check this again; here it only decides whether the button is shown.
    return actor.is_manager or actor.kind == SUPPORT


def may_announce(shop: Shop, actor: Actor) -> bool:
    return _may(actor) and (shop.pause_ends_at is None or shop.pause_ends_at <= timezone.now())


def may_call_off(shop: Shop, actor: Actor) -> bool:
    return _may(actor) and shop.pause_starts_at is not None and shop.pause_starts_at > timezone.now()


PAUSES = [
    Verb(
        "pause",
        _("Announce a holiday pause"),
        pauses.announce,
        PauseForm,
        _("Deadlines after the start move back by its length, except the 7 days for refunds. Up to 31 days a year."),
        may_announce,
    ),
    Verb(
        "call_off",
        _("Cancel the pause"),
        pauses.call_off,
        consequence=_("All deadlines go back to what they were. Only possible before the pause begins."),
        may=may_call_off,
        danger=True,
    ),
]
