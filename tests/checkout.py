"""A folder of its own for every test that starts servers, and the processes that still hold on to it."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devserver import local
from faults.processes.production import own_environment


@dataclass
class Checkout:
    """The code of this checkout with run-time files of its own."""

    var: Path

    def environ(self, **more: str) -> dict[str, str]:
        return own_environment(self.var, **more)

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=local.BASE_DIR,
            env=self.environ(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **more)
        output, _ = process.communicate(timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, output)

    def processes(self) -> dict[int, str]:
        """Everything alive that was started with this folder in its environment or on its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command, environ = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.var).encode() in command + environ and command:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found


def eventually(holds: Callable[[], object], seconds: float = 60) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())


@contextlib.contextmanager
def own_checkout() -> Iterator[Checkout]:
    # Not tmp_path: pytest closes that to the user as whom PostgreSQL runs when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="aftersales-test-"))
    folder.chmod(0o755)
    yield (own := Checkout(folder))
    for pid in own.processes():
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
    eventually(lambda: not own.processes())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with own_checkout() as own:
        yield own
