"""Foreign keys between rows of one shop, whose every look-up says which shop: `order.lines` reads
`WHERE shop_id = … AND order_id = …`, `line.order` reads `WHERE shop_id = … AND id = …`, and prefetching does the same;
a JOIN is `ON line.order_id = order.id AND order.shop_id = line.shop_id`.

The constraint in the database is `kernel.shops.SameShop`; Django's own, of the id alone, is not made.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models.expressions import Col
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.lookups import Exact
from django.db.models.sql.where import WhereNode
from django.utils.functional import cached_property


def _shop_of(row: Any) -> int | None:
    """None where it is not loaded: a look-up never reads it for its own sake."""
    shop_id: int | None = row.__dict__.get("shop_id")
    return shop_id


def _of_shops(rows: "models.QuerySet[Any]", instances: Iterable[Any]) -> "models.QuerySet[Any]":
    """The rows of the shops of `instances`, as far as they are known."""
    shops = {_shop_of(instance) for instance in instances}
    return rows if None in shops or rows.query.is_sliced else rows.filter(shop_id__in=shops)


def _tied(field: Any, parent: str, child: str) -> WhereNode:
    """What a JOIN of `field` adds: both rows are of one shop. `parent`, `child`: the aliases of the two tables."""
    columns: Any = (
        Col(alias, column, models.BigIntegerField())
        for alias, column in ((parent, field.related_model._meta.get_field("shop_id")), (child, field.shop_column))
    )
    tie: Any = Exact(*columns)
    return WhereNode([tie])


class _ForwardPrefetch:
    """Prefetching the parents of several rows."""

    def get_prefetch_querysets(
        self, instances: Sequence[Any], querysets: "Sequence[models.QuerySet[Any]] | None" = None
    ) -> Any:
        rows = querysets[0] if querysets else self.get_queryset()  # type: ignore[attr-defined]
        return super().get_prefetch_querysets(instances, [_of_shops(rows, instances)])  # type: ignore[misc]


class ForwardToParent(_ForwardPrefetch, ForwardManyToOneDescriptor):
    """`line.order`."""


class ForwardToOnlyParent(_ForwardPrefetch, ForwardOneToOneDescriptor):
    """`stock.sku`."""


class ReverseToChildren(ReverseManyToOneDescriptor):
    """`order.lines`."""

    @cached_property
    def related_manager_cls(self) -> Any:
        base: Any = super().related_manager_cls

        class Manager(base):
            def _apply_rel_filters(self, queryset: Any) -> Any:
                return super()._apply_rel_filters(_of_shops(queryset, [self.instance]))

            def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Any = None) -> Any:
                rows = querysets[0] if querysets else super(base, self).get_queryset()
                return super().get_prefetch_querysets(instances, [_of_shops(rows, instances)])

        return Manager


class ShopForeignKey(models.ForeignKey):
    """A foreign key from a row of a shop to another row of that shop."""

    forward_related_accessor_class: Any = ForwardToParent
    related_accessor_class: Any = ReverseToChildren

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "db_constraint": False})

    def deconstruct(self) -> Any:
        # For migrations an ordinary foreign key: they must not depend on this class.
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options

    def get_extra_descriptor_filter(self, instance: Any) -> dict[str, int]:
        shop_id = _shop_of(instance)
        return {} if shop_id is None else {"shop_id": shop_id}

    @property
    def shop_column(self) -> Any:
        """Of the row that has the key: the column that says which shop it is of."""
        return self.model._meta.get_field("shop_id")

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> WhereNode | None:
        """Of every JOIN. One alias is missing where `exclude` leaves out the table that only held the key."""
        return _tied(self, alias, related_alias) if alias and related_alias else None


class KeyOfShop(ShopForeignKey):
    """The same from the shop itself, whose `id` is the shop_id of its row."""

    forward_related_accessor_class: Any = ForwardManyToOneDescriptor
    related_accessor_class: Any = ReverseManyToOneDescriptor

    def get_extra_descriptor_filter(self, instance: Any) -> dict[str, int]:
        return {"shop_id": instance.pk}

    @property
    def shop_column(self) -> Any:
        return self.model._meta.pk


class ShopOneToOneField(models.OneToOneField):
    """The same for at most one child a parent."""

    forward_related_accessor_class = ForwardToOnlyParent
    related_accessor_class = ReverseOneToOneDescriptor

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "db_constraint": False})

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.OneToOneField", args, options

    get_extra_descriptor_filter = ShopForeignKey.get_extra_descriptor_filter
    get_extra_restriction = ShopForeignKey.get_extra_restriction
    shop_column = ShopForeignKey.shop_column

    def get_forward_related_filter(self, obj: Any) -> dict[str, Any]:
        shop_id = _shop_of(obj)
        result: dict[str, Any] = super().get_forward_related_filter(obj)
        return result if shop_id is None else {**result, "shop_id": shop_id}


class ShopRow(models.Model):
    """A row of a shop: saving and deleting name the shop as well as the id."""

    class Meta:
        abstract = True

    def _do_update(self, base_qs: Any, *args: Any) -> Any:
        shop_id = _shop_of(self)
        rows = base_qs if shop_id is None else base_qs.filter(shop_id=shop_id)
        return super()._do_update(rows, *args)
