"""The holiday pause, on the page of the shop."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from kernel.actors import SUPPORT, Actor
from web.admin.base import Verb
from web.forms import VerbForm, moment_field

from ..services import pauses


def required_moment(label: Any) -> forms.DateTimeField:
    field = moment_field(label)
    field.required = True
    return field


class PauseForm(VerbForm):
    starts_at = required_moment(_("holiday pause from"))
    ends_at = required_moment(_("holiday pause until"))


def _may(actor: Actor) -> bool:
    # The services check this again; here it only decides whether the button is shown.
    return actor.kind == SUPPORT or actor.is_manager


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
        _("Deadlines that fall after the start move by its length, at most 31 days."),
        may_announce,
    ),
    Verb(
        "call_off",
        _("Call the pause off"),
        pauses.call_off,
        consequence=_("Every deadline goes back to where it was. Only before the pause began."),
        may=may_call_off,
        danger=True,
    ),
]
