"""Whose a row is: the column, the foreign key and the constraint that keep the rows of a shop together.

Every table of the business has `shop_id NOT NULL`. A parent has UNIQUE (shop_id, id), and a child points at it with
FOREIGN KEY (shop_id, parent_id) REFERENCES parent (shop_id, id): the database refuses a child of another shop's
parent, whatever the code does. Django 5.2 knows no composite foreign key, so the ORM keeps its ordinary ForeignKey
without a constraint, and `SameShop` is the constraint.
"""

from typing import Any

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint

ID = "shop_id"


class ShopId(models.BigIntegerField):
    """`shop_id` of a row that hangs on `parent`, the name of a foreign key. Filled from the parent by every INSERT
    of the ORM, `bulk_create` included, where it was not given. A row without a parent has to be given its shop."""

    def __init__(self, *args: Any, parent: str = "", **options: Any) -> None:
        self.parent = parent
        super().__init__(*args, **{"editable": False, **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        shop_id = getattr(model_instance, self.attname)
        if shop_id is None and self.parent:
            parent = getattr(model_instance, self.parent)
            shop_id = parent.shop_id if parent is not None else None
            # On the instance too: `record` reads it from there in the same transaction.
            setattr(model_instance, self.attname, shop_id)
        return shop_id

    def deconstruct(self) -> Any:
        # For migrations an ordinary bigint: they must not depend on this class.
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, options


class SameShop(BaseConstraint):
    """FOREIGN KEY (`shop`, `field`) REFERENCES the table that `field` points at (shop_id, id)."""

    def __init__(self, *, field: str, name: str, shop: str = ID) -> None:
        super().__init__(name=name)
        self.field, self.shop = field, shop

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.field)
        column, parent = field.column, field.related_model._meta.db_table
        # Checked at COMMIT, as Django's own foreign keys are: rows may be stored in any order.
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote(self.shop)}, {quote(column)})"
            f" REFERENCES {quote(parent)} ({quote(ID)}, {quote('id')}) DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        constraint = self.constraint_sql(model, schema_editor).replace("%", "%%")
        return Statement(
            f"ALTER TABLE %(table)s ADD {constraint}", table=schema_editor.quote_name(model._meta.db_table)
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=quote(model._meta.db_table),
            name=quote(self.name),
        )

    def validate(self, *args: Any, **options: Any) -> None:
        """The database alone judges: no form offers a row of another shop."""

    def deconstruct(self) -> Any:
        path, args, options = super().deconstruct()
        shop = {} if self.shop == ID else {"shop": self.shop}
        return path, args, {**options, "field": self.field, **shop}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameShop) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]
