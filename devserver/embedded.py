"""The PostgreSQL inside the checkout: found where it runs, started where it does not. Client side of `keeper.py`.

Every process that uses the server has a shared lock on `users.lock`. The keeper, a small process of its own, stops
the server when nobody has that lock any more. So it does not matter who started it, in which order commands end, or
whether they end by kill -9: the kernel releases the lock.
"""

import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

from . import local
from .processes import alive, locked, try_lock

NAME = "aftersales"  # of the database and of its owner
# The first start includes initdb, which takes its time on a slow disk.
START_SECONDS = 60
MAX_SOCKET_PATH = 90  # the kernel takes 107 bytes, macOS 103

_users_lock: IO[str] | None = None


class Unavailable(Exception):
    """One sentence for a person."""


def home() -> Path:
    """The folder of the server: one for `make run` and commands, one for tests."""
    return local.VAR / ("pg-test" if local.under_test() else "pg")


def reachable(path: Path) -> bool:
    """May the server's user pass through every folder on the way? For root, the server runs as another user."""
    return os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents if folder.exists())


def socket_dir(base: Path) -> Path:
    """Inside the folder; in the temporary one where that would be too long for the kernel or closed to the server."""
    inside = base / "socket"
    if len(str(inside)) <= MAX_SOCKET_PATH and reachable(base):
        return inside
    digest = hashlib.sha256(str(base).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"aftersales-{digest}"


def url(database: str = NAME, base: Path | None = None) -> str:
    """Known before the server runs: settings can be read without starting it."""
    return f"postgresql://{NAME}@{quote(str(socket_dir(base or home())), safe='')}/{database}"


def in_use() -> bool:
    return not local.get("DATABASE_URL")


def attach_or_exit() -> None:
    """The database is there when this returns: the one that DATABASE_URL names, or the embedded one."""
    if not in_use():
        return
    try:
        attach()
    except Unavailable as reason:
        sys.exit(f"No database: {reason}")


def attach() -> None:
    """Holds the server until this process ends; starts it first where it does not run."""
    global _users_lock
    if _users_lock is not None:
        return
    base = home()
    try:
        base.mkdir(parents=True, exist_ok=True)
        users = open(base / "users.lock", "a+")  # noqa: SIM115  (held for life)
    except PermissionError as error:
        raise Unavailable(f"{base} belongs to another user. Run as that user, or set DATABASE_URL.") from error
    fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
    if not answers():
        with locked(base / "start.lock"):
            # Asked again: while this process waited for the lock, another one may have started it.
            if not answers():
                _start(base)
    _users_lock = users


def attach_again() -> None:
    """Starts the server again for a process that goes on: it was lost while in use."""
    global _users_lock
    if _users_lock is not None:
        _users_lock.close()
        _users_lock = None
    attach()


def answers() -> bool:
    import psycopg2

    try:
        psycopg2.connect(url(), connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _start(base: Path) -> None:
    log = base / "keeper.log"
    with open(log, "w") as out:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "devserver.keeper", str(base)],
            cwd=local.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl-C in the terminal is for the commands; the keeper follows them
        )
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if answers():
            keeper.returncode = 0  # it lives on by itself; no warning about a child left behind
            return
        if keeper.poll() is not None:
            raise Unavailable(log.read_text().strip() or f"the embedded PostgreSQL did not start; see {base}.")
        time.sleep(0.05)
    raise Unavailable(f"the embedded PostgreSQL did not answer for {START_SECONDS} s; see {base / 'postgres.log'}.")


def release(wait_seconds: float = 15) -> bool:
    """Gives up the server and asks the keeper to stop it now.

    True once it is down; False where somebody else still uses it, whose end stops it.
    """
    global _users_lock
    if _users_lock is None:
        return True
    _users_lock.close()
    _users_lock = None
    pid = keeper_pid()
    if pid is None:
        return True
    os.kill(pid, signal.SIGTERM)
    give_up = time.monotonic() + wait_seconds
    while time.monotonic() < give_up:
        if keeper_pid() is None:
            return True
        time.sleep(0.05)
    return False


def keeper_pid() -> int | None:
    """The keeper that holds its lock; a number left in the file by a dead one does not count."""
    try:
        with open(home() / "keeper.lock", "r+") as file:
            # Getting the lock proves that no keeper runs; closing the file gives it back.
            if try_lock(file, fcntl.LOCK_EX):
                return None
            pid = int(file.read().strip() or 0)
    except (FileNotFoundError, ValueError):
        return None
    return pid if pid and alive(pid) else None
