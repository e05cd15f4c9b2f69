"""No status is written past the door but in the two places that say so (architecture §4)."""

import re
from pathlib import Path

import pytest

from tests import world

ROOT = Path(world.__file__).parents[1]
APPS = ("kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "demo", "reports", "config")
# The sweeps that need no decision a row, and the import of past orders. Both write the same CHECKs and history.
EXCEPTIONS = ("orders/sweeps.py", "orders/importing/", "kernel/machine.py")
PAST_THE_DOOR = re.compile(
    r"_raw\(|UPDATE\s+\w+.*\bSET\b|_base_manager.*\.update\(|update_fields=\[[^\]]*\"status\"|\.update\([^)]*\bstatus\s*=",
    re.IGNORECASE | re.DOTALL,
)


def sources() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if not {"tests", "migrations"} & set(path.parts)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_way_around(path):
    name = str(path.relative_to(ROOT))
    if not name.startswith(EXCEPTIONS):
        lines = path.read_text().splitlines()
        assert [line for line in lines if PAST_THE_DOOR.search(line)] == []


def test_the_exceptions_are_there():
    assert "kernel_history" in (ROOT / "orders/sweeps.py").read_text()
