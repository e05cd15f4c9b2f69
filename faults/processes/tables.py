"""What the kernel knows of processes: who is whose child, and who is connected to a port (Linux)."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def senders(pid: int) -> list[int]:
    """The processes of a worker that run tasks."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def signal_each(pids: list[int], how: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def talking_to(port: int, pids: list[int]) -> list[int]:
    """Those of `pids` that have a connection to this port open."""
    sockets = {f"socket:[{number}]" for number in _connected(port)}
    return [pid for pid in pids if sockets & set(_files(pid))]


def _connected(port: int) -> list[str]:
    """The kernel's numbers of sockets whose other end is this port."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if int(row[2].rpartition(":")[2], 16) == port]


def _files(pid: int) -> list[str]:
    found = []
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.append(os.readlink(entry))
    return found
