from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Shop
from kernel.errors import Invalid

from ..models import Sku

MAX_CODE = 64


@transaction.atomic
def put_sku(shop: Shop, code: str, values: dict[str, Any]) -> tuple[Sku, bool]:
    """Creates or changes an SKU; what is left out stays as it is. Lines that were sold keep their flags."""
    if not code.isprintable() or len(code) > MAX_CODE:
        raise Invalid(errors={"sku": [_("Use up to %(max)d printable characters.") % {"max": MAX_CODE}]})
    return Sku.objects.update_or_create(
        shop=shop, code=code, defaults=values, create_defaults={"title": code, **values}
    )
