"""Waiting for the product to start."""

import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

# The demo is seeded first, and a busy machine takes its time.
READY_SECONDS = 600


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        time.sleep(0.3)
    raise RuntimeError(f"The product did not start:\n{log.read_text()[-3000:]}")
