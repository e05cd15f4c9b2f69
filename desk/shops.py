"""The shops that a page of the desk shows: one of the user's, or all of them."""

from collections.abc import Sequence

from django.http import HttpRequest

from accounts.access import desk_rows
from accounts.admin.scope import user_of
from accounts.models import Shop
from kernel.errors import NotFound
from web.context import Context

MANY = 6  # from here on they are chosen from a list instead of chips


def shops_of(request: HttpRequest) -> list[Shop]:
    """The shops that the user works for; for support, all."""
    return list(Shop.objects.filter(desk_rows(user_of(request), "pk")).select_related("policy"))


def chosen(request: HttpRequest, shops: list[Shop]) -> Shop | None:
    """`?shop=<code>`; None for all of them. Raises NotFound for a shop of others."""
    code = request.GET.get("shop", "")
    if not code:
        return None
    shop = next((each for each in shops if each.code == code), None)
    if shop is None:
        raise NotFound()
    return shop


def choice(shops: Sequence[Shop], shop: Shop | None) -> Context:
    """The template's choice of shops; empty where there is only one."""
    return {"shops": shops if len(shops) > 1 else [], "listed": len(shops) > MANY, "shop": shop}
