"""A person of platform support has looked at a flagged notice, and says what became of it. Nothing is moved by that."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from kernel.actors import SUPPORT, Actor
from kernel.errors import Conflict, Forbidden, Invalid

from .models import NOTE_LENGTH, TO_REVIEW, ChannelNotice, State


def to_review() -> tuple[int, datetime | None]:
    """How many flagged notices wait for a person, and since when the oldest does. One statement."""
    row = ChannelNotice.objects.filter(TO_REVIEW).aggregate(rows=Count("pk"), oldest=Min("received_at"))
    return row["rows"], row["oldest"]


def review(notice: ChannelNotice, *, note: str, actor: Actor, now: datetime) -> ChannelNotice:
    """400 without a note, 403 for others than support, 409 where it is not flagged or was reviewed already."""
    if actor.kind != SUPPORT:
        raise Forbidden(_("Only platform support can do this."))
    note = note.strip()
    if not note or len(note) > NOTE_LENGTH:
        raise Invalid(errors={"note": [_("Say in up to 240 characters what became of it.")]})
    with transaction.atomic():
        rows = ChannelNotice.objects.filter(pk=notice.pk, state=State.FLAGGED, reviewed_at=None)
        if not rows.update(reviewed_at=now, reviewed_by=actor.user_id, note=note, received_account=""):
            raise Conflict(_("This notice doesn't need a person any more."))
    notice.refresh_from_db()
    return notice
