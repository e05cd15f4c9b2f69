"""gunicorn as in production, on a port of its own, and what its workers weigh."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devserver import local
from devserver.ports import free_port
from devserver.processes import die_with_parent

from .client import Request, once

WORKERS, THREADS = 2, 4
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    def pss(self) -> list[float]:
        """MiB of each worker: its own pages and its share of the common ones."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [_pss(pid) for pid in children]


def _pss(pid: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no Pss of {pid}")


@contextmanager
def serve(application: str, url: str, ready: str) -> Iterator[Server]:
    """`ready`: the path that answers anything but 5xx once it serves."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", application]
    process = subprocess.Popen(
        command, cwd=local.BASE_DIR, env=_environment(url, port), stdin=subprocess.DEVNULL, preexec_fn=die_with_parent()
    )
    try:
        _until_ready(process, port, ready)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(15)


def _environment(url: str, port: int) -> dict[str, str]:
    """Production's, but for plain HTTP on this machine; and the request limit counts without ever being reached."""
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_DEBUG": "false",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_ALLOWED_HOSTS": "localhost",
        "NUM_PROXIES": "0",
        "SECURE_COOKIES": "false",
        "SSL_REDIRECT": "false",
        "LOG_FORMAT": "json",
        "THROTTLE_USER": "100000000/min",
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "GUNICORN_LOG_LEVEL": "warning",
        "PYTHONWARNINGS": "ignore",
    }


def _until_ready(process: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if once(port, Request("GET", path))[0] < 500:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The server on port {port} did not become ready; its lines stand above.")
