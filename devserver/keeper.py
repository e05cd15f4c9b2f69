"""`python -m devserver.keeper FOLDER`: runs the embedded PostgreSQL in FOLDER while somebody uses it.

The client side is `embedded.py`.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from . import embedded
from .cluster import STOP_SECONDS, Cluster
from .processes import die_with_parent, try_lock

LINGER_SECONDS = 2.0  # a row of commands shares one server
POLL_SECONDS = 0.25


class Keeper:
    def __init__(self, base: Path) -> None:
        self.cluster = Cluster(base)
        self.users = base / "users.lock"
        self.linger = LINGER_SECONDS

    def serve(self) -> int:
        self.cluster.prepare()
        with open(self.cluster.log, "a") as log:
            server = subprocess.Popen(
                self.cluster.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGINT),  # SIGINT is PostgreSQL's fast shutdown
                **self.cluster.as_user(),
            )
        try:
            self._create_database(server)
            return self._watch(server)
        finally:
            stop(server)
            self.cluster.tidy()

    def _create_database(self, server: "subprocess.Popen[bytes]") -> None:
        import psycopg2

        while True:
            if server.poll() is not None:
                sys.exit(f"PostgreSQL did not start: {self.cluster.last_complaint()}")
            with contextlib.suppress(psycopg2.OperationalError):
                link = psycopg2.connect(embedded.url("postgres", self.cluster.base))
                break
            time.sleep(0.03)
        # CREATE DATABASE refuses to run inside a transaction.
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [embedded.NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {embedded.NAME}")
        link.close()

    def _watch(self, server: "subprocess.Popen[bytes]") -> int:
        """Returns when nobody has used the server for a while. It holds the lock while the server stops, so newcomers
        wait, and then start it again."""
        used = time.monotonic()
        with open(self.users, "a+") as users:
            while server.poll() is None:
                if not try_lock(users, fcntl.LOCK_EX):
                    used = time.monotonic()
                elif time.monotonic() - used >= self.linger:
                    stop(server)
                    return 0
                else:
                    fcntl.flock(users, fcntl.LOCK_UN)
                time.sleep(POLL_SECONDS)
        print(f"PostgreSQL ended by itself: {self.cluster.last_complaint()}", flush=True)
        return 1

    def hurry(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM: stop as soon as nobody uses the server, without lingering."""
        self.linger = 0.0


def stop(server: "subprocess.Popen[bytes]") -> None:
    # Fast shutdown; where that hangs, an immediate one, after which PostgreSQL recovers at its next start.
    for sig in (signal.SIGINT, signal.SIGQUIT):
        if server.poll() is not None:
            return
        server.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)


def _alone(lock: IO[str]) -> bool:
    """A keeper that is just ending lets go of its users a moment before it lets go of this."""
    give_up = time.monotonic() + 5
    while not try_lock(lock, fcntl.LOCK_EX):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def main() -> int:
    base = Path(sys.argv[1])
    # "a+": a second keeper must not wipe the number of the first before it knows that it is alone.
    with open(base / "keeper.lock", "a+") as lock:
        if not _alone(lock):
            return 0
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        # Ctrl-C is for the command that uses the server. The keeper ends when there is no such command any more.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        keeper = Keeper(base)
        signal.signal(signal.SIGTERM, keeper.hurry)
        return keeper.serve()


if __name__ == "__main__":
    sys.exit(main())
