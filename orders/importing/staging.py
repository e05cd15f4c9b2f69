"""The temporary tables that rows are copied into, and INSERT … SELECT from them into a model's table."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from .parsed import Line, Parsed

ORDER_TEXTS = (
    "order_no", "buyer", "status", "fulfilment", "fingerprint", "channel", "transaction_no", "courier", "tracking_no",
    "currency", "receiver_name", "receiver_phone", "receiver_address", "channel_2", "transaction_no_2",
)  # fmt: skip
ORDER_OTHERS = {
    "freight": "numeric", "discount": "numeric", "amount": "numeric", "placed_at": "timestamptz",
    "paid_at": "timestamptz", "shipped_at": "timestamptz", "delivered_at": "timestamptz", "completed_at": "timestamptz",
    "points_deduction": "numeric", "freight_refunded": "numeric", "captured": "numeric", "refunded": "numeric",
    "shared_total": "numeric", "captured_2": "numeric", "refunded_2": "numeric",
}  # fmt: skip
LINE_TEXTS = ("sku", "title", "spec", "category", "title_en", "spec_en")
LINE_OTHERS = {
    "unit_price": "numeric", "quantity": "integer", "discount": "numeric", "share": "numeric",
    "points_share": "numeric", "refunded": "numeric",
}  # fmt: skip


def create() -> None:
    """Order numbers are given their ids here, so that every later statement joins on numbers alone."""
    texts = ", ".join(f"{name} text" for name in ORDER_TEXTS)
    others = ", ".join(f"{name} {kind}" for name, kind in ORDER_OTHERS.items())
    line_texts = ", ".join(f"{name} text" for name in LINE_TEXTS)
    line_others = ", ".join(f"{name} {kind}" for name, kind in LINE_OTHERS.items())
    with connection.cursor() as cursor:
        # A second import on the same connection finds the temporary tables of the first.
        cursor.execute("DROP TABLE IF EXISTS import_order, import_line")
        cursor.execute(
            "CREATE TEMP TABLE import_order (seq integer, shipped boolean, id bigint"
            f" DEFAULT nextval(pg_get_serial_sequence('orders_order', 'id')), {texts}, {others})"
        )
        cursor.execute(f"CREATE TEMP TABLE import_line (seq integer, position integer, {line_texts}, {line_others})")


def fill(orders: Iterable[Parsed]) -> None:
    order_rows, line_rows = io.StringIO(), io.StringIO()
    put_order, put_line = csv.writer(order_rows).writerow, csv.writer(line_rows).writerow
    names = (*ORDER_TEXTS, *ORDER_OTHERS)
    for seq, order in enumerate(orders):
        put_order((seq, order.shipped, *(getattr(order, name) for name in names)))
        for position, line in enumerate(order.lines, start=1):
            put_line(_cells(seq, position, line))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE import_order, import_line")
    _copy("import_order", ("seq", "shipped", *names), ORDER_TEXTS, order_rows)
    _copy("import_line", ("seq", "position", *LINE_TEXTS, *LINE_OTHERS), LINE_TEXTS, line_rows)
    with connection.cursor() as cursor:
        # Nobody else does it: autovacuum sees no temporary table.
        cursor.execute("ANALYZE import_order, import_line")


def _cells(seq: int, position: int, x: Line) -> tuple[object, ...]:
    goods = x.sku, x.title, x.spec, x.category, x.title_en, x.spec_en, x.unit_price, x.quantity
    return seq, position, *goods, x.discount, x.share, x.points_share, x.refunded


def _copy(table: str, columns: tuple[str, ...], texts: tuple[str, ...], rows: io.StringIO) -> None:
    """An empty cell is an empty text, and NULL for everything that is no text."""
    rows.seek(0)
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({', '.join(texts)}))"
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, rows)


def insert_select(
    model: type[Model], columns: Mapping[str, str], source: str, params: Iterable[Any] = (), tail: str = ""
) -> int:
    """INSERT INTO model SELECT … FROM `source`. `columns`: attribute → SQL; every other column gets the model's
    default, so that a new field needs no change here. Answers how many rows went in."""
    names, values, defaults = [], [], []
    for field in model._meta.local_concrete_fields:
        if field.attname in columns:
            names.append(f'"{field.column}"')
            values.append(columns[field.attname])
        elif not field.primary_key:
            names.append(f'"{field.column}"')
            values.append(f"%s::{field.db_type(connection)}")
            defaults.append(field.get_db_prep_save(field.get_default(), connection))
    # The values of the defaults come first in the parameters: expressions in `columns` must not have any.
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {source} {tail}"  # noqa: S608  (names of ours only)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*defaults, *params])
        return int(cursor.rowcount)
