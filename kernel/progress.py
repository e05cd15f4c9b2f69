"""The progress bar of long commands: on standard error, so that standard output stays a result."""

import sys
from typing import Any

from tqdm import tqdm

BY_HAND, IN_A_LOG = 0.1, 10.0  # seconds between two drawings: a terminal may flicker, a log must stay short


def progress(total: int, *, label: str, unit: str) -> "tqdm[Any]":
    """A bar to `update(n)`; a context manager that leaves its last state on the screen."""
    pause = BY_HAND if sys.stderr.isatty() else IN_A_LOG
    return tqdm(total=total, desc=label, unit=f" {unit}", file=sys.stderr, mininterval=pause, unit_scale=True)
