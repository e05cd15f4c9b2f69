"""One statement for many rows. Values are sent once where all rows share them, so a batch costs what differs in it.

Django's own `bulk_update` writes a CASE a column that grows with the rows, and `bulk_create` prepares every value of
every row: for the thousands of rows of a sweep that is most of the work (bench/sweeps.py).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def update_rows(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """UPDATE of the columns `names` (attnames) of stored rows that the caller has locked."""
    meta = rows[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    if not fields:
        return
    shop: Any = meta.get_field("shop_id")
    shared, values, params = _columns(rows, meta.pk, [*fields, shop])
    of_shop, of_shop_params = shared.get(shop, ("new.shop_id", []))
    table, key = _quote(meta.db_table), _quote(str(meta.pk.column))
    targets = ", ".join(
        f"{_quote(field.column)} = " + (shared[field][0] if field in shared else f"new.{_quote(field.column)}")
        for field in fields
    )
    shared_params = [param for field in fields if field in shared for param in shared[field][1]]
    sql = f"UPDATE {table} SET {targets} FROM {values} WHERE {table}.shop_id = {of_shop} AND {table}.{key} = new.{key}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*shared_params, *params, *of_shop_params])
        # The caller has locked the rows, so none can be missing. Fewer means that it passed rows it had not locked.
        if cursor.rowcount != len(rows):
            raise AssertionError(f"{cursor.rowcount} of {len(rows)} locked rows of {table} were written")


def update_columns(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """`update_rows` for columns that no transition sets: never a status, which has a history."""
    names = list(names)
    if "status" in names:
        raise TypeError("a status is written by kernel.machine.advance only")
    update_rows(rows, names)


def insert_rows(rows: Sequence[models.Model], key: str) -> None:
    """INSERT of new rows in their order. `key`: the attname of a column that differs from row to row. Like
    `bulk_create` it sends no signals; the new ids are not read back."""
    meta = rows[0]._meta
    fields: list[Any] = [
        field
        for field in meta.concrete_fields
        if not field.primary_key and not isinstance(vars(rows[0])[field.attname], DatabaseDefault)
    ]
    shared, values, params = _columns(rows, meta.get_field(key), fields)
    columns = ", ".join(_quote(field.column) for field in fields)
    selected = ", ".join(shared[field][0] if field in shared else f"new.{_quote(field.column)}" for field in fields)
    shared_params = [param for field in fields if field in shared for param in shared[field][1]]
    sql = f"INSERT INTO {_quote(meta.db_table)} ({columns}) SELECT {selected} FROM {values}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*shared_params, *params])


Shared = dict[Any, tuple[str, list[Any]]]


def _columns(rows: Sequence[models.Model], key: Any, fields: Iterable[Any]) -> tuple[Shared, str, list[Any]]:
    """Column → placeholder and value of what all rows share; `(VALUES …) AS new (…)` of the rest with `key`; its
    parameters."""
    shared: Shared = {}
    differing = [key]
    for field in fields:
        if field is key:
            continue
        if _is_shared(rows, field):
            shared[field] = (_placeholder(field), [_prepared(rows[0], field)])
        else:
            differing.append(field)
    # The first row gives the columns of VALUES their types.
    typed = ", ".join(_placeholder(field) for field in differing)
    plain = ", ".join("%s" for _ in differing)
    values = ", ".join([f"({typed})", *[f"({plain})"] * (len(rows) - 1)])
    names = ", ".join(_quote(field.column) for field in differing)
    params = [_prepared(row, field) for row in rows for field in differing]
    return shared, f"(VALUES {values}) AS new ({names})", params


def _is_shared(rows: Sequence[models.Model], field: Any) -> bool:
    name = field.attname
    first = vars(rows[0])[name]
    if isinstance(field, models.JSONField):  # 1 == True in Python, but not in JSON
        text = repr(first)
        return all(repr(vars(row)[name]) == text for row in rows)
    return all(vars(row)[name] == first for row in rows)


def _prepared(row: models.Model, field: Any) -> Any:
    return field.get_db_prep_save(vars(row)[field.attname], connection)


def _placeholder(field: Any) -> str:
    """With the type, but without its length: a cast to varchar(16) would cut a longer text off silently, where the
    assignment to the column raises an error. `rel_db_type` is the type of a key without its sequence."""
    db_type = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    return "%s::" + re.sub(r"\(.*\)", "", str(db_type))


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
