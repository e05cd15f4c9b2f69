from typing import Any

from django.db import transaction

from accounts.models import Shop

from ..models import Sku


@transaction.atomic
def put_sku(shop: Shop, code: str, values: dict[str, Any]) -> tuple[Sku, bool]:
    """Creates or changes an SKU; what is left out stays as it is. Lines that were sold keep their flags."""
    return Sku.objects.update_or_create(shop=shop, code=code, defaults=values)
