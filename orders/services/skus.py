from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import ADMINISTRATOR
from accounts.models import Shop
from kernel.actors import INTEGRATION, RULE_KIND, Actor
from kernel.errors import Forbidden, Invalid

from ..models import Sku

MAX_CODE = 64


def keeps_goods(actor: Actor) -> bool:
    """Goods and shelves of a shop are its manager's and its programs', the administrator's, and an import's."""
    return actor.is_manager or actor.kind in (INTEGRATION, RULE_KIND) or actor.role == ADMINISTRATOR


def only_keepers(actor: Actor) -> None:
    if not keeps_goods(actor):
        raise Forbidden()


@transaction.atomic
def put_sku(shop: Shop, code: str, values: Mapping[str, Any], *, actor: Actor) -> tuple[Sku, bool]:
    """Creates or changes an SKU; what is left out stays as it is. Lines that were sold keep their flags."""
    only_keepers(actor)
    if not code.isprintable() or len(code) > MAX_CODE:
        raise Invalid(errors={"sku": [_("Use up to %(max)d printable characters.") % {"max": MAX_CODE}]})
    return Sku.objects.update_or_create(
        shop=shop, code=code, defaults=values, create_defaults={"title": code, **values}
    )
