from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Invalid

from ..access import only_deciders
from .models import Difference

NOTE_LENGTH = 240


def close(difference: Difference, *, note: str, actor: Actor, now: datetime) -> Difference:
    """A person says what became of it. 400 without a note, 403 for who is no manager of the shop nor support, 409 where
    it is closed already."""
    only_deciders(actor)
    note = note.strip()
    if not note or len(note) > NOTE_LENGTH:
        raise Invalid(errors={"note": [_("Say in up to 240 characters what became of it.")]})
    with transaction.atomic():
        rows = Difference.objects.filter(pk=difference.pk, resolved_at=None)
        if not rows.update(resolved_at=now, resolved_by=actor.user_id, note=note):
            raise Conflict(_("This difference is closed already."))
    difference.refresh_from_db()
    return difference
