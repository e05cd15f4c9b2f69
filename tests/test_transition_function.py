"""A status is written by the transition function only; the import of past orders is the exception (architecture §4)."""

import re
from pathlib import Path

import pytest

from tests import world

ROOT = Path(world.__file__).parents[1]
APPS = ("kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "demo", "reports", "config")
# The kernel's two ways to write a status, and the import of past orders, which is set-based: same CHECKs, same history.
EXCEPTIONS = ("kernel/machine.py", "kernel/machine_batch.py", "orders/importing/")
DIRECT_WRITE = re.compile(
    r"_raw\(|UPDATE\s+\w+.*\bSET\b|_base_manager.*\.update\(|update_fields=\[[^\]]*\"status\"|\.update\([^)]*\bstatus\s*=",
    re.IGNORECASE | re.DOTALL,
)


def sources() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if not {"tests", "migrations"} & set(path.parts)]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_direct_write_of_a_status(path):
    name = str(path.relative_to(ROOT))
    if not name.startswith(EXCEPTIONS):
        lines = path.read_text().splitlines()
        assert [line for line in lines if DIRECT_WRITE.search(line)] == []


def test_every_exception_writes_history() -> None:
    for exception in EXCEPTIONS:
        place = ROOT / exception
        texts = [path.read_text() for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
        assert any("History" in text or "kernel_history" in text for text in texts), exception
