"""The progress bar of long commands: on standard error, so that standard output stays a result."""

import sys
from typing import Any

from tqdm import tqdm

SOON = 2.0  # what takes no longer needs no bar
BY_HAND, IN_A_LOG = 0.1, 10.0  # seconds between two drawings: a terminal may flicker, a log must stay short


def progress(total: int, *, label: str, unit: str, after: float = 0) -> "tqdm[Any]":
    """A bar to `update(n)`; a context manager that leaves its last state on the screen. `after`: seconds that the work
    may take without one."""
    pause = BY_HAND if sys.stderr.isatty() else IN_A_LOG
    unit = f" {unit}"
    return tqdm(total=total, desc=label, unit=unit, file=sys.stderr, mininterval=pause, unit_scale=True, delay=after)
