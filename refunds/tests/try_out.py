"""`python -m fakes` in a process of its own, and the settings that it prints."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.checkout import Checkout


@contextmanager
def printed_settings(checkout: Checkout, keys: Path) -> Iterator[dict[str, str]]:
    """Variable → value, while the fakes run."""
    process = checkout.start("-m", "fakes", "--folder", str(keys), "--free-ports")
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("# Ctrl-C"):
                break
        assert process.poll() is None, lines
        yield dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    finally:
        process.terminate()
        process.communicate()
