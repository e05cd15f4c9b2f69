"""Children that never outlive their parent, and locks that never outlive their holder. Standard library only."""

import contextlib
import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec the loader must not be touched.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sig: int = signal.SIGTERM) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `sig` when the parent is gone, even by kill -9 (Linux; a no-op elsewhere)."""
    parent = os.getpid()

    def arm() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(sig))
            if os.getppid() != parent:  # it died between fork and here
                os._exit(1)

    return arm


def kill_with_parent(sig: int = signal.SIGKILL) -> None:
    """The same for a process that is running already."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sig))


def try_lock(file: IO[str], how: int) -> bool:
    """Without waiting. The kernel gives a lock back when its holder ends, however it ends."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Alone, after waiting for whoever holds it."""
    with open(path, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
