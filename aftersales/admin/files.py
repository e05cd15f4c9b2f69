"""Files in a form at the desk: stored as evidence of whoever sends them, then named to the service."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop, User
from kernel.actors import Actor

from ..models import Evidence
from ..services import evidence

# As many as the pages of the buyer take.
MAX_FILES = 9


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several pictures; [] for none."""

    def __init__(self, **options: Any) -> None:
        widget = ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp"})
        text = _("JPEG, PNG or WebP, up to 8 MB each. If the form is shown again, choose your photos again.")
        super().__init__(label=_("photos"), required=False, widget=widget, help_text=text, **options)

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        files = [item for item in (data if isinstance(data, list | tuple) else [data]) if item]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(_("You can add up to %(most)d files.") % {"most": MAX_FILES})
        return [super(FilesField, self).clean(item, initial) for item in files]


def store(
    files: list[File], shop: Shop, *, kind: str = Evidence.Kind.PHOTO, actor: Actor, now: datetime
) -> tuple[UUID, ...]:
    """The ids of the files, uploaded one after the other."""
    if not files:
        return ()
    user = User.objects.get(pk=actor.user_id or 0)
    rows: list[Evidence] = []
    with evidence.kept_unless_refused(rows):
        for file in files:
            rows.append(evidence.upload(user, file, kind=kind, shop=shop, now=now))
    return tuple(row.pk for row in rows)
