"""Which shops a page of the desk is about: one of the user's, or all of them."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from accounts.access import desk_rows
from accounts.admin.scope import user_of
from accounts.models import Shop
from kernel.errors import NotFound

MANY = 6  # from here on they are chosen from a list instead of chips


def shops_of(request: HttpRequest) -> list[Shop]:
    """Those whose desk the user sits at; for support, all."""
    return list(Shop.objects.filter(desk_rows(user_of(request), "pk")).select_related("policy"))


def chosen(request: HttpRequest, shops: list[Shop]) -> Shop | None:
    """`?shop=<code>`; None for all of them. Another's shop is not there."""
    code = request.GET.get("shop", "")
    if not code:
        return None
    found = next((shop for shop in shops if shop.code == code), None)
    if found is None:
        raise NotFound()
    return found


def choice(shops: Sequence[Shop], shop: Shop | None) -> dict[str, Any]:
    """What a template draws the choice from: nothing to choose where there is but one."""
    return {"shops": shops if len(shops) > 1 else [], "listed": len(shops) > MANY, "shop": shop}
