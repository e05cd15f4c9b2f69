"""What a manager sets: the warranty of a category in their shop. The law's rows come with the program."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Shop
from accounts.services import only_manager
from kernel.actors import Actor
from kernel.changes import record_change, values_of
from kernel.errors import Invalid

from ..models import WarrantyTerm
from ..models.warranty import EXCHANGE_DAYS, MAX_DAYS, RETURN_DAYS
from .terms import key

DAYS = ("return_days", "exchange_days", "repair_days")


@transaction.atomic
def set_terms(shop: Shop, category: str, days: dict[str, int], *, actor: Actor) -> WarrantyTerm:
    """For what is sold from now on; lines that were sold keep theirs. `days`: all of DAYS. 400 for less than the law
    gives, or for days that do not grow from return to repair."""
    only_manager(actor)
    category = key(category)
    check_terms(category, days)
    row = WarrantyTerm.objects.select_for_update().filter(shop=shop, category=category).first()
    before = values_of(row, DAYS)
    try:
        with transaction.atomic():
            row, _new = WarrantyTerm.objects.update_or_create(shop=shop, category=category, defaults=days)
    except IntegrityError as refused:  # the law's row became stricter at this moment
        raise Invalid(errors={"repair_days": [_("A shop can only offer more than the law, not less.")]}) from refused
    record_change("warranty", row, label=category, before=before, after=values_of(row, DAYS), actor=actor)
    return row


@transaction.atomic
def remove_terms(row: WarrantyTerm, *, actor: Actor) -> None:
    """From now on the law alone holds there."""
    only_manager(actor)
    row = WarrantyTerm.objects.select_for_update().get(pk=row.pk)  # as it is now, for the history
    record_change("warranty", row, label=row.category, before=values_of(row, DAYS), after={}, actor=actor)
    row.delete()


def check_terms(category: str, days: dict[str, int]) -> None:
    """Raises Invalid (400) with what is wrong at which field."""
    errors = {} if category else {"category": [_("Enter the category as written on your SKUs.")]}
    law = WarrantyTerm.objects.filter(shop=None, category=category).first()
    floors = {name: getattr(law, name) for name in DAYS} if law else {}
    least = max(floors.get("return_days", 0), RETURN_DAYS)
    for name, usual in zip(DAYS, (RETURN_DAYS, EXCHANGE_DAYS, 0), strict=True):
        least = max(least, floors.get(name, 0), usual)
        if not least <= days[name] <= MAX_DAYS:
            errors[name] = [_("Enter a number from %(floor)d to %(ceiling)d.") % {"floor": least, "ceiling": MAX_DAYS}]
        least = max(least, min(days[name], MAX_DAYS))  # each right lasts at least as long as the one before
    if errors:
        raise Invalid(errors=errors)
