"""A port that nobody listens on, for a server that is started a moment later."""

import itertools
import os
import socket
from contextlib import suppress

# Below those that the kernel gives to outgoing connections: one of them could take it while its server is down.
FIRST, END = 20_000, 32_000
_start = FIRST + os.getpid() * 50 % (END - FIRST)
_candidates = itertools.chain(range(_start, END), range(FIRST, _start))


def free_port() -> int:
    """Another one each time, also where nobody listens on the last one yet."""
    for port in _candidates:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")
