"""On the page of a parcel that came back undelivered: count what is in it, so that it goes on the shelf."""

from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from kernel.actors import Actor
from kernel.languages import labelled
from kernel.machine import allowed_actors
from logistics.models import Parcel
from logistics.services.count import CONDITIONS, OURS
from web.admin.base import Verb
from web.admin.extension import extend
from web.context import Context
from web.forms import Arguments, VerbForm, text_field

from .. import services
from ..models.ticket_line import Condition


class CountUndeliveredForm(VerbForm):
    """A number for each line and condition. What is not counted is missing."""

    note = text_field(_("note"))

    def prepare(self) -> None:
        self.inside = list(self.row.lines.select_related("line"))
        for line_id, quantity, title, condition in self._cells():
            self.fields[f"{line_id}-{condition}"] = forms.IntegerField(
                label=labelled(title, Condition(condition).label), required=False, min_value=0, max_value=quantity
            )
        self.order_fields([name for name in self.fields if name != "note"])

    def _cells(self) -> Iterator[tuple[int, int, str, str]]:
        for item in self.inside:
            for condition in CONDITIONS:
                yield item.line_id, item.quantity, f"{item.line.shown_title} × {item.quantity}", condition

    def clean(self) -> Arguments:
        data = super().clean() or {}
        if not self.errors and not self.units():
            raise ValidationError(_("You haven't counted anything. If it was empty, enter the units as missing."))
        return data

    def units(self) -> list[Context]:
        return [
            {"line_id": line_id, "condition": condition, "quantity": count}
            for line_id, _quantity, _title, condition in self._cells()
            if (count := self.cleaned_data.get(f"{line_id}-{condition}"))
        ]

    def arguments(self) -> Arguments:
        return {"units": self.units(), "note": self.cleaned_data["note"]}


def may_count(parcel: Parcel, actor: Actor) -> bool:
    """Whoever has it in hands knows that it came back, whatever was reported of it."""
    back = can_proceed(parcel.count) or can_proceed(parcel.bring_back)
    return actor.kind in allowed_actors(Parcel, "count") and parcel.kind in OURS and back


COUNT = Verb(
    "count",
    _("Count returned goods"),
    services.count_undelivered,
    CountUndeliveredForm,
    _("It came back undelivered. What can be sold goes back into stock; refunds and resends are decided elsewhere."),
    may_count,
)
extend(Parcel, verbs=[COUNT])
