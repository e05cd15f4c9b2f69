"""Uploaded files that a ticket takes (A3)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Invalid

from ...models import Evidence, Ticket
from ...models.evidence import UNUSED

if TYPE_CHECKING:
    from django.db.models import QuerySet


def attach_files(files: Iterable[UUID], ticket: Ticket, actor: Actor) -> None:
    ids = set(files)
    # Check and write are one UPDATE: a file that is attached elsewhere at the same moment makes the count differ (A3).
    if ids and own_files(ids, ticket, actor).update(ticket=ticket, shop_id=ticket.shop_id) != len(ids):
        raise not_ones_own()


def own_files(files: Iterable[UUID], ticket: Ticket | None, actor: Actor) -> "QuerySet[Evidence]":
    """The actor's own uploads that nothing else uses (A3). Without a ticket: those that nothing uses."""
    usable = UNUSED if ticket is None else UNUSED | Q(ticket=ticket)
    return Evidence.objects.filter(usable, pk__in=files, uploader_id=actor.user_id)


def not_ones_own() -> Invalid:
    return Invalid(errors={"evidence": [_("Upload each file first, and use it for one ticket only.")]})
