"""One chunk of orders into the tables by set-based statements, which write a status without its machine.

Same CHECKs, same foreign keys, and one history row a machine and row, in the same transaction. The history rows
are stored as dispatched: past orders are no news for the outside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Shop, User
from kernel.actors import RULE_KIND
from kernel.models import History

from ..models import Order, OrderLine, Payment, Sku
from ..models.payment import Purpose
from ..signals import payments_stored
from ..warranty import terms
from . import staging
from .parsed import Parsed

IMPORT = "import"  # verb and actor of the history rows
ORDERS = "import_order o"
LINES = "import_line l JOIN import_order o USING (seq)"


@dataclass(frozen=True)
class Target:
    """Where the orders go. `also`: what upper layers store for the staged orders, in the same transaction."""

    shop: Shop
    now: datetime
    currency: str = ""  # of the orders; the shop's where none is given
    also: Sequence[Callable[["Target"], None]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "currency", self.currency or self.shop.currency)

    @property
    def salt(self) -> str:
        return f"{self.shop.code} {self.currency}"


@transaction.atomic
def write(orders: Sequence[Parsed], target: Target) -> None:
    staging.fill(orders)
    _buyers(target)
    _skus(target)
    _count_new_tables()
    _orders(target)
    _lines(target)
    _payments(target)
    if paid := [transaction for order in orders for transaction in order.transactions]:
        payments_stored.send(sender=Payment, transactions=paid)
    record_import("order", "o.id, o.status", ORDERS, target)
    for step in target.also:
        step(target)


def refresh_statistics() -> None:
    """What autovacuum would do some minutes later; until then the planner would read new tables as empty."""
    models = (User, Sku, Order, OrderLine, Payment, History)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def _count_new_tables() -> None:
    """Tables that were counted when they were empty hold what this chunk has stored. The planner would go through them
    once for each line, for minutes, and the lines would not even stop for a caller that is gone."""
    tables = [model._meta.db_table for model in (User, Sku)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples = 0", [tables])
        if empty := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(empty)}")


def literal(value: Any) -> str:
    """A constant as SQL, quoted by the driver."""
    with connection.cursor() as cursor:
        text: bytes = cursor.mogrify("%s", [value])
    # It becomes part of a statement with parameters, where a bare % would be taken for one.
    return text.decode().replace("%", "%%")


def _buyers(target: Target) -> None:
    columns = {
        "username": "o.buyer", "date_joined": literal(target.now),
        # No password fits: Django's mark of an unusable one, and a tail that differs.
        "password": "'!' || md5(random()::text || o.buyer)",
    }  # fmt: skip
    missing = "(SELECT DISTINCT buyer FROM import_order) o"
    where = "WHERE NOT EXISTS (SELECT 1 FROM accounts_user u WHERE u.username = o.buyer)"
    # In the order of the key: two imports that make the same buyers cannot deadlock.
    staging.insert_select(User, columns, missing, tail=f"{where} ORDER BY o.buyer ON CONFLICT DO NOTHING")


def _skus(target: Target) -> None:
    columns = {
        "shop_id": literal(target.shop.pk), "code": "l.sku", "title": "l.title", "title_en": "l.title_en",
        "spec": "l.spec", "spec_en": "l.spec_en", "category": "l.category", "price": "l.unit_price",
        "currency": "l.currency",
    }  # fmt: skip
    # A new SKU takes its texts and its price from the first line that names it.
    firsts = (
        "(SELECT DISTINCT ON (sku) x.*, o.currency FROM import_line x JOIN import_order o USING (seq)"
        " ORDER BY sku, seq, position) l"
    )
    where = f"WHERE NOT EXISTS (SELECT 1 FROM orders_sku k WHERE k.shop_id = {target.shop.pk} AND k.code = l.sku)"  # noqa: S608
    # A known code in another spelling is a conflict, and nothing new.
    tail = f"{where} ORDER BY number_key(l.sku), l.seq, l.position ON CONFLICT DO NOTHING"
    staging.insert_select(Sku, columns, firsts, tail=tail)


def _orders(target: Target) -> None:
    policy = target.shop.policy
    same = (
        "id", "order_no", "status", "fulfilment", "fingerprint", "freight", "discount", "amount", "placed_at",
        "paid_at", "shipped_at", "delivered_at", "completed_at", "currency", "points_deduction", "freight_refunded",
        "receiver_name", "receiver_phone", "receiver_address",
    )  # fmt: skip
    receipt, window = (f"interval '{days * 24} hours'" for days in (policy.receipt_days, policy.window_days))
    ship = f"interval '{policy.ship_hours} hours'"
    columns = {name: f"o.{name}" for name in same} | {
        "shop_id": literal(target.shop.pk),
        "policy_id": literal(policy.pk),
        "freight_refunded_before": "o.freight_refunded",
        "buyer_id": "u.id",
        "ship_due_at": f"o.paid_at + {ship}",  # B-18
        "receipt_due_at": f"CASE WHEN o.status = 'shipped' THEN o.shipped_at + {receipt} END",
        "window_ends_at": f"o.completed_at + {window}",  # S-011: hours, not calendar days
        "closed_at": "CASE WHEN o.status = 'closed' THEN coalesce(o.completed_at, o.placed_at) END",
    }  # fmt: skip
    buyers = f"{ORDERS} JOIN accounts_user u ON u.username = o.buyer"
    staging.insert_select(Order, columns, buyers, tail="ORDER BY o.seq")


def _english(name: str) -> str:
    """As the file has it; else the SKU's, where the line is called as the SKU is."""
    return f"coalesce(nullif(l.{name}_en, ''), CASE WHEN l.{name} = k.{name} THEN k.{name}_en END, '')"


def _codes(shop_id: int) -> str:
    """Each code of the file and the SKU that it names, as `services.skus.by_codes` finds it. The key of a number is
    dear, so it is only asked for of codes that no SKU has to the letter."""
    codes = "(SELECT DISTINCT sku FROM import_line) x"
    exact = f"SELECT 1 FROM orders_sku k WHERE k.shop_id = {shop_id} AND k.code = x.sku"  # noqa: S608
    by_key = f"k.shop_id = {shop_id} AND number_key(k.code) = number_key(x.sku) ORDER BY k.spelling LIMIT 1"
    return (
        f"SELECT x.sku, k.id FROM {codes} JOIN orders_sku k ON k.shop_id = {shop_id} AND k.code = x.sku UNION ALL"  # noqa: S608
        f" SELECT x.sku, (SELECT k.id FROM orders_sku k WHERE {by_key}) FROM {codes} WHERE NOT EXISTS ({exact})"
    )


def _lines(target: Target) -> None:
    frozen = ("image_url", "virtual", "exchange_excluded", "no_reason_exempt")
    same = ("position", "title", "spec", "category", "unit_price", "quantity", "discount")
    columns = {name: f"l.{name}" for name in same} | {name: f"k.{name}" for name in frozen} | {
        **{f"{name}_en": _english(name) for name in ("title", "spec")},
        "shop_id": literal(target.shop.pk),
        "order_id": "o.id",
        "sku_id": "k.id",
        "discount_share": "l.share",
        "points_share": "l.points_share",
        "paid_amount": "l.unit_price * l.quantity - l.discount - l.share - l.points_share",
        "refunded_amount": "l.refunded",
        "refunded_before": "l.refunded",
        "shipped_quantity": "CASE WHEN o.shipped THEN l.quantity ELSE 0 END",
        "delivered_at": "CASE WHEN o.shipped THEN o.delivered_at END",
        "delivery_proven": "o.shipped AND o.delivered_at IS NOT NULL",
        **terms.SQL_COLUMNS,
    }  # fmt: skip
    skus = f"{LINES} JOIN ({_codes(target.shop.pk)}) c ON c.sku = l.sku JOIN orders_sku k ON k.id = c.id"
    staging.insert_select(
        OrderLine, columns, f"{skus} {terms.sql_join(target.shop.pk)}", tail="ORDER BY l.seq, l.position"
    )


def _payments(target: Target) -> None:
    same = {
        "shop_id": literal(target.shop.pk),
        "order_id": "o.id",
        "purpose": f"'{Purpose.ORDER}'",
        "paid_at": "o.paid_at",
    }
    first = {
        "channel": "o.channel", "transaction_no": "o.transaction_no", "captured": "o.captured",
        "refunded": "o.refunded", "refunded_before": "o.refunded", "shared_total": "o.shared_total",
    }  # fmt: skip
    second = {
        "channel": "o.channel_2", "transaction_no": "o.transaction_no_2", "captured": "o.captured_2",
        "refunded": "o.refunded_2", "refunded_before": "o.refunded_2",
    }  # fmt: skip
    for columns in (first, second):
        paid = f"WHERE {columns['channel']} <> '' AND o.paid_at IS NOT NULL"
        staging.insert_select(Payment, same | columns, ORDERS, tail=f"{paid} ORDER BY o.seq")


def record_import(machine: str, id_and_status: str, source: str, target: Target) -> None:
    """One history row for every row of `source`."""
    pk, status = id_and_status.split(", ")
    now = literal(target.now)
    columns = {
        "shop_id": literal(target.shop.pk),
        "machine": f"'{machine}'", "object_id": pk, "sequence": "1", "action": f"'{IMPORT}'", "target": status,
        "actor_kind": f"'{RULE_KIND}'", "actor_name": f"'{IMPORT}'", "at": now, "dispatched_at": now,
    }  # fmt: skip
    staging.insert_select(History, columns, source, tail=f"ORDER BY {pk}")
