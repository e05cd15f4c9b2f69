"""Above which amount on an order two people of a shop decide (docs/limits.md).

Who may set it is bound by it as well: so a threshold that is raised or taken away counts only a day later, and the
change is in the history of settings at once.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.changes import record_change, values_of
from kernel.errors import Invalid

from ..models import Shop
from ..services import check_whole, only_manager

NOTICE = timedelta(hours=24)
FIELDS = ("second_approval_above", "second_approval_since")


def threshold(shop: Shop, now: datetime) -> Decimal | None:
    """In the shop's currency; None: one person decides, whatever the amount."""
    values = [shop.second_approval_above]
    if shop.second_approval_since is not None and now < shop.second_approval_since:
        values.append(shop.second_approval_before)
    return min((value for value in values if value is not None), default=None)


@transaction.atomic
def require_second_approval(shop: Shop, *, above: Decimal | None, actor: Actor, now: datetime) -> Shop:
    """`above` None: never. A lower one counts at once, a higher one after `NOTICE`."""
    only_manager(actor)
    if above is not None and above < 0:
        raise Invalid(errors={"above": [_("Enter an amount of zero or more.")]})
    check_whole(shop, above=above)
    stored = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    before, present = values_of(stored, FIELDS), threshold(stored, now)
    looser = present is not None and (above is None or above > present)
    stored.second_approval_above = above
    stored.second_approval_before = present if looser else None
    stored.second_approval_since = now + NOTICE if looser else None
    stored.save(update_fields=[*FIELDS, "second_approval_before"])
    after = values_of(stored, FIELDS)
    record_change("second_approval", stored, label=shop.name, before=before, after=after, actor=actor, shop_id=shop.pk)
    return stored
