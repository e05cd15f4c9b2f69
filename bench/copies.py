"""One order with everything that hangs on it, multiplied set-based.

The original came about through the services, so its copies look as real ones do, whatever columns there are.
Copy number `g` of the row in slot `s` of a table has the id base + 8·g + s, so that every id is known.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from aftersales.models import Evidence, Inspection, Ticket, TicketLine, TicketParcel, TicketPayable, TicketRefund
from kernel.models import History
from logistics.models import Parcel, ParcelEvent, ParcelLine, Tracking
from orders.models import Note, Order, OrderLine, Payment
from refunds.ledger import triggers
from refunds.models import LedgerEntry, Payable, Refund

WIDTH = 8
STEP = 10_000_000
APART = "3 seconds"  # one copy is so much older than the one before

# Each table with the way from its rows to the order.
TABLES: dict[type[models.Model], str] = {
    Order: "pk",
    OrderLine: "order",
    Payment: "order",
    Note: "order",
    Parcel: "order",
    ParcelLine: "parcel__order",
    ParcelEvent: "parcel__order",
    Refund: "payment__order",
    Payable: "order",
    Ticket: "order",
    TicketLine: "ticket__order",
    Inspection: "ticket_line__ticket__order",
    TicketRefund: "ticket__order",
    TicketPayable: "ticket__order",
    TicketParcel: "ticket__order",
    Evidence: "ticket__order",
    Tracking: "parcel__order",
}
BASE = {model: STEP * (1 + position) for position, model in enumerate(TABLES)}
NUMBERS = {
    "order_no": "'E-' || g",
    "ticket_no": "'AS-' || g",
    "refund_no": "'RF-' || g",
    "payable_no": "'PY-' || g",
    "transaction_no": "'PAY-' || g",
}


def new_id(model: type[models.Model], g: int, slot: int = 0) -> int:
    return BASE[model] + WIDTH * g + slot


@dataclass
class Case:
    """`slots`: (table, id) of an original row → its slot."""

    order_id: int
    slots: dict[tuple[type[models.Model], Any], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for model, way in TABLES.items():
            ids = model._base_manager.filter(**{way: self.order_id}).order_by("pk").values_list("pk", flat=True)
            self.slots |= {(model, pk): slot for slot, pk in enumerate(ids)}

    def copy(self, first: int, last: int, buyers: tuple[int, int] | None = None) -> None:
        """Copies number `first` to `last`. `buyers`: first id and count of the users that they are spread over."""
        for (model, pk), slot in self.slots.items():
            _insert(model, self._columns(model, pk, slot, buyers), "t.id = %s", [first, last, pk])
        for model, pk, slot in [(model, pk, slot) for (model, pk), slot in self.slots.items() if _has_history(model)]:
            self._copy_history(model, pk, slot, first, last)

    def _columns(self, model: Any, pk: Any, slot: int, buyers: tuple[int, int] | None) -> dict[str, str]:
        columns: dict[str, str] = {str(f.column): _plain(f) for f in model._meta.concrete_fields}
        columns["id"] = _id(model, slot) if model in BASE and model is not Evidence else "gen_random_uuid()"
        for column, value in self._links(model, pk).items():
            columns[column] = value
        if buyers and "buyer_id" in columns:
            columns["buyer_id"] = f"{buyers[0]} + g %% {buyers[1]}"
        return columns

    def _links(self, model: Any, pk: Any) -> dict[str, str]:
        keys = [f for f in model._meta.concrete_fields if f.related_model in BASE]
        row = model._base_manager.filter(pk=pk).values(*[f.attname for f in keys]).get() if keys else {}
        return {
            f.column: _id(f.related_model, self.slots[f.related_model, row[f.attname]])
            for f in keys
            if row[f.attname] is not None
        }

    def _copy_history(self, model: Any, pk: int, slot: int, first: int, last: int) -> None:
        columns = {str(f.column): _plain(f) for f in History._meta.concrete_fields if not f.primary_key}
        columns["object_id"] = _id(model, slot)
        rows = History.objects.filter(machine=model.machine_name, object_id=pk).order_by("id")
        for history_id in rows.values_list("id", flat=True):
            _insert(History, columns, "t.id = %s", [first, last, history_id])


def _has_history(model: Any) -> bool:
    return hasattr(model, "machine_name")


def _id(model: type[models.Model], slot: int) -> str:
    return f"{BASE[model] + slot} + {WIDTH} * g"


def _plain(field: "models.Field[Any, Any]") -> str:
    if field.column in NUMBERS:
        return NUMBERS[field.column]
    if isinstance(field, models.DateTimeField):
        return f"t.{field.column} - g * INTERVAL '{APART}'"
    return f"t.{field.column}"


def _insert(model: Any, columns: dict[str, str], where: str, values: list[Any]) -> None:
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    sql = (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM generate_series(%s, %s) g, {table} t"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE {where}", values)


def book() -> None:
    """The ledger anew, by the history of all rows: copies that are made with the triggers off have posted nothing. The
    triggers must be off here too, for no entry may be deleted otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {LedgerEntry._meta.db_table}")
        for statement in (triggers.backfill(), triggers.backfill_of_payables()):
            cursor.execute(statement)


def finish() -> None:
    """Sequences behind the last copy, statistics for the planner. In a test everything is one transaction, where no
    table can be cleaned, and whose end would leave the sequences at the copies that it takes back."""
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("ANALYZE")
            return
        for model in TABLES:
            if model is not Evidence:
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            cursor.execute(statement)


def skip_checks(role: str) -> bool:
    """Copies of sound rows need no foreign key looked up, and no trigger. Only a superuser may say so (False); others
    wait a little longer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute(f"SET session_replication_role = {role}")
    return True
