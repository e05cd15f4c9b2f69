"""For tests that start processes of their own."""

import contextlib
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """The database of this test, as another process would name it."""
    known = connection.settings_dict
    login = quote(known["USER"] or "") + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    host = quote(known["HOST"] or "", safe="") + (f":{known['PORT']}" if known["PORT"] else "")
    return f"postgresql://{login}@{host}/{quote(known['NAME'])}"


def peak_memory(process: "subprocess.Popen[str]") -> int:
    """The most KiB that a process held, watched until it ends. Its rusage would count the fork of this one in."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))])
        time.sleep(0.05)
    return peak
