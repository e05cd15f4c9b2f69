"""Which columns the lists of the desk have in a shop (S-165): what its managers chose, else the usual ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import record_change
from kernel.errors import Invalid

from ..models import Shop
from ..services import only_manager

if TYPE_CHECKING:
    from django.utils.functional import Promise

MAX_COLUMNS = 8  # more do not fit beside each other


@dataclass(frozen=True)
class Listing:
    """`field`: the column of the shop that keeps the choice. `labels`: every column there is; the first leads to the
    row, and is in every choice."""

    field: str
    labels: "Mapping[str, str | Promise]"
    usual: tuple[str, ...]

    @property
    def first(self) -> str:
        return next(iter(self.labels))

    def of(self, shops: Iterable[Shop]) -> tuple[str, ...]:
        """Of a list with the rows of these shops: what they chose where they agree. A name that is not known any more
        is left out."""
        choices = {tuple(getattr(shop, self.field)) for shop in shops}
        names = choices.pop() if len(choices) == 1 else ()
        return tuple(name for name in names if name in self.labels) or self.usual


@transaction.atomic
def choose_columns(shop: Shop, *, listing: Listing, columns: Sequence[str], actor: Actor, now: datetime) -> Shop:
    """From the left; an empty choice is the usual one."""
    only_manager(actor)
    chosen = _checked(listing, columns)
    stored = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    before = {listing.field: ", ".join(getattr(stored, listing.field))}
    setattr(stored, listing.field, chosen)
    stored.save(update_fields=[listing.field])
    after = {listing.field: ", ".join(chosen)}
    record_change("columns", stored, label=shop.name, before=before, after=after, actor=actor, shop_id=shop.pk)
    return stored


def _checked(listing: Listing, columns: Sequence[str]) -> list[str]:
    names = [name for name in columns if name != listing.first]
    if unknown := [name for name in names if name not in listing.labels]:
        raise Invalid(errors={"columns": [_("There's no column called %(name)s.") % {"name": unknown[0]}]})
    if len(set(names)) < len(names):
        raise Invalid(errors={"columns": [_("Each column can only be used once.")]})
    if len(names) >= MAX_COLUMNS:
        raise Invalid(errors={"columns": [_("Up to %(most)d columns.") % {"most": MAX_COLUMNS}]})
    return [listing.first, *names] if names else []
