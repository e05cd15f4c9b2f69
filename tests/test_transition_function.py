"""A status is written by the transition function only; the import of past orders is the exception (architecture §4)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from kernel.machine import Stateful, update_columns
from orders.models import Order
from tests import world

ROOT = Path(world.__file__).parents[1]
APPS = ("kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "demo", "reports", "config")
# Tables whose `status` no machine moves, with the classes that write it. An offer is open and ends once, with a move of
# its ticket that has the history.
WITHOUT_MACHINE = {"aftersales_offer": {"Offer", "Offers"}}
# The transition function itself; who calls it is asked below.
WRITER = "kernel/machine/bulk.py"
END = r"(?=\bFROM\b|\bWHERE\b|\bRETURNING\b|\Z)"
TABLE, COLUMNS = r"(?P<table>[\w{}.\"]+)", rf"\bSET\b(?P<columns>.*?){END}"
SQL = re.compile(rf"\bUPDATE\s+{TABLE}(?:\s+(?:AS\s+)?(?!SET\b)\w+)?\s+{COLUMNS}", re.DOTALL)
CONFLICT = re.compile(rf"\bINSERT INTO\s+{TABLE}(?:(?!\bINSERT INTO\b).)*?\bDO UPDATE {COLUMNS}", re.DOTALL)


def machine_tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if issubclass(model, Stateful)}


def sources() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)]


def texts(tree: ast.AST) -> Iterator[str]:
    """The string literals, of an f-string with its placeholders in braces."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def in_sql(text: str, machines: set[str]) -> list[str]:
    """Statements that set the status of a table with a machine, or may, of one that only the run knows."""
    matches = [match for pattern in (SQL, CONFLICT) for match in pattern.finditer(text)]
    direct = []
    for match in matches:
        unknown = "{" in match["table"]
        pattern = r"\bstatus\s*=|\{" if unknown else r"\bstatus\s*="
        if (unknown or match["table"].strip('"') in machines) and re.search(pattern, match["columns"]):
            direct.append(match.group())
    return direct


def in_orm(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """(class, line) of each call that writes a column `status`, or goes past the managers that refuse it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {keyword.arg for keyword in node.keywords}
            fields = next((ast.unparse(word.value) for word in node.keywords if word.arg == "update_fields"), "")
            updates = node.func.attr == "update"
            past = node.func.attr == "_raw" or (updates and "_base_manager" in ast.unparse(node.func))
            if past or (updates and "status" in names) or "'status'" in fields:
                yield within, node.lineno
        yield from in_orm(node, node.name if isinstance(node, ast.ClassDef) else within)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_direct_write_of_a_status(path: Path) -> None:
    tree = ast.parse(path.read_text())
    machines, exempt = machine_tables(), set().union(*WITHOUT_MACHINE.values())
    if str(path.relative_to(ROOT)) != WRITER:
        assert [found for text in texts(tree) for found in in_sql(text, machines)] == []
    assert [line for within, line in in_orm(tree) if within not in exempt] == []


def test_what_is_exempt_has_no_machine() -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    assert set(WITHOUT_MACHINE) <= tables - machine_tables()
    assert {"aftersales_ticket", "orders_order", "refunds_refund", "refunds_chargeback"} <= machine_tables()


@pytest.mark.parametrize("source", [
    "q = 'UPDATE refunds_refund refund SET claimed_until = now(), status = %s WHERE id = 1'",
    "q = 'UPDATE orders_order\\n  SET status = %s'",
    "q = f'UPDATE {table} SET {targets} FROM x'",
    "q = 'INSERT INTO refunds_refund (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET status = excluded.status'",
    "rows.update(sent_at=now, status=Status.SENT)",
    "row.save(update_fields=['at', 'status'])",
    "Order._base_manager.filter(pk=1).update(note='')",
])  # fmt: skip
def test_a_direct_write_is_found(source: str) -> None:
    tree = ast.parse(source)
    statements = [found for text in texts(tree) for found in in_sql(text, machine_tables())]
    assert list(in_orm(tree)) != [] or statements != []


@pytest.mark.parametrize("source", [
    "q = 'UPDATE refunds_refund r SET claimed_until = now() FROM due WHERE r.status = 1'",
    "q = 'UPDATE refunds_difference q SET status = 1'",
])  # fmt: skip
def test_other_columns_and_other_tables_are_free(source: str) -> None:
    tree = ast.parse(source)
    assert not list(in_orm(tree))
    assert not [found for text in texts(tree) for found in in_sql(text, machine_tables())]


def test_the_import_writes_history() -> None:
    modules = [path.read_text() for path in (ROOT / "orders/importing").rglob("*.py")]
    assert any("History" in text for text in modules)


def test_only_the_transition_function_writes_rows_in_bulk() -> None:
    users = [
        str(path.relative_to(ROOT))
        for path in sources()
        if re.search(r"bulk import .*\b(?:update|insert)_rows", path.read_text())
    ]
    assert users == ["kernel/machine/batch.py"]


def test_columns_written_for_many_rows_are_never_a_status() -> None:
    with pytest.raises(TypeError, match="advance only"):
        update_columns([Order()], ["open_cases", "status"])
