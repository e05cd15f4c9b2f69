"""A status is written by the transition function only; the import of past orders is the exception (architecture §4)."""

import re
from pathlib import Path

import pytest

from kernel.machine import update_columns
from orders.models import Order
from tests import world

ROOT = Path(world.__file__).parents[1]
APPS = ("kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "demo", "reports", "config")
# The import of past orders is set-based: same CHECKs, same history. An offer has no machine: it is open and ends once,
# with a move of its ticket that has the history. A lease writes for how long a refund is one sender's, and no status.
EXCEPTIONS = ("orders/importing/", "aftersales/models/offer.py", "refunds/services/lease.py")
DIRECT_WRITE = re.compile(
    r"_raw\(|UPDATE\s+\w+.*\bSET\b|_base_manager.*\.update\(|update_fields=\[[^\]]*\"status\"|\.update\([^)]*\bstatus\s*=",
    re.IGNORECASE | re.DOTALL,
)


def sources() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_direct_write_of_a_status(path):
    name = str(path.relative_to(ROOT))
    if not name.startswith(EXCEPTIONS):
        lines = path.read_text().splitlines()
        assert [line for line in lines if DIRECT_WRITE.search(line)] == []


def test_the_import_writes_history() -> None:
    texts = [path.read_text() for path in (ROOT / "orders/importing").rglob("*.py")]
    assert any("History" in text for text in texts)


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
