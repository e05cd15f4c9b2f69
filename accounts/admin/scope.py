"""Who sees and edits what in the admin: roles, not auth.Permission. Every list is filtered by the shops of the user."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.actors import Actor
from web.admin.base import DeskAdmin, ReadOnlyAdmin
from web.admin.parts import Text

from ..access import actor_for, desk_rows, desk_shops, is_support, keeper_actor, manages, may_enter_desk
from ..models import Role, Shop, User


def user_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def keeper_of(request: HttpRequest, shop_id: int) -> Actor:
    """Whom the user acts as when a shop is set up; 403 for a user without a role there."""
    actor = keeper_actor(user_of(request), shop_id)
    if actor is None:
        raise PermissionDenied
    return actor


class Scoped(DeskAdmin):
    """`shop_path` leads from a row to its shop's id; `related` is fetched with every row."""

    shop_path = "shop_id"
    related: ClassVar[tuple[str, ...]] = ("shop",)

    def scope(self, request: HttpRequest) -> Q:
        return desk_rows(user_of(request), self.shop_path)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).filter(self.scope(request)).select_related(*self.related)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_enter_desk(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_enter_desk(request.user)


class RowAdmin(Scoped, ReadOnlyAdmin):
    """A row of a shop with verbs. `parties(row)` are its shop and its buyer."""

    def parties(self, row: Any) -> tuple[int, int]:
        return row.shop_id, row.buyer_id

    def actor(self, request: HttpRequest, row: Any) -> Actor | None:
        shop_id, buyer_id = self.parties(row)
        return actor_for(user_of(request), shop_id=shop_id, buyer_id=buyer_id)


class ShopOwned(Scoped):
    """Rows that a shop's manager keeps: texts, addresses, keywords. `shared`: rows without a shop are for all shops."""

    shared = False
    help_texts: ClassVar[dict[str, Text]] = {}  # field → help text below it

    def scope(self, request: HttpRequest) -> Q:
        own = super().scope(request)
        return own | Q(shop=None) if own and self.shared else own  # an empty Q is everything already

    def has_add_permission(self, request: HttpRequest) -> bool:
        user = user_of(request)
        return any(m.role == Role.MANAGER for m in desk_shops(user).values()) or (
            manages(user, None) and (self.shared or user.is_superuser)
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request) if obj is None else manages(user_of(request), obj.shop_id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A shop can be chosen only by who manages it; "all shops" only by who looks after all of them."""
        formfield: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield is not None and db_field.name in self.help_texts:
            formfield.help_text = self.help_texts[db_field.name]
        if db_field.name == "shop":
            user = user_of(request)
            formfield.queryset = managed_shops(user)
            formfield.required = not (self.shared and manages(user, None))
            formfield.empty_label = None if formfield.required else str(_("all shops"))
            formfield.widget = formfield.widget.widget  # without the buttons that open the shop in a pop-up
        return formfield


def managed_shops(user: User) -> "QuerySet[Shop]":
    if user.is_superuser:
        return Shop.objects.all()
    return Shop.objects.filter(pk__in=[shop for shop in desk_shops(user) if manages(user, shop)])


class ShopFilter(admin.SimpleListFilter):
    """The user's shops; none where there is only one to choose."""

    title = _("shop")
    parameter_name = "shop"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        user = user_of(request)
        own = list(desk_shops(user))
        self.ids: dict[str, int] = {}
        if len(own) < 2 and not is_support(user):
            return []
        shops = list(Shop.objects.all() if is_support(user) else Shop.objects.filter(pk__in=own))
        self.ids = {shop.code: shop.pk for shop in shops}
        return [(shop.code, shop.shown_name) for shop in shops]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Model]") -> "QuerySet[Model]":
        # By the row's own column, not by the code of a joined shop.
        return queryset.filter(shop_id=self.ids.get(str(self.value()), 0)) if self.value() else queryset
