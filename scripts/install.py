"""`python3 scripts/install.py LOCKFILE`: makes .venv and installs the lock file into it, once.

Runs on a bare Python: standard library only, and every fault is one sentence. Dependencies are installed with their
hashes checked, by pip, because pip knows the mirrors and certificates that this machine is configured for.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"Python 3.11 or newer is needed; python3 is {found}. Name another: make PYTHON=python3.11 …")
    if os.name != "posix":
        sys.exit("Linux or macOS is needed (on Windows: WSL).")
    lock = ROOT / sys.argv[1]
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    # The development lock holds the runtime one, so either stamp of it will do for `make run`.
    stamp = VENV / f".{lock.name}"
    if _read(stamp) == digest:
        return
    with open(ROOT / ".venv.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two makes at once: the second waits and finds the work done
        if _read(stamp) != digest:
            _make_venv()
            _install(lock)
            stamp.write_text(digest)


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() and (VENV / "bin" / "python").exists() else ""


def _make_venv() -> None:
    if (VENV / "bin" / "python").exists() and _runs(VENV / "bin" / "python", "-m", "pip", "--version"):
        return
    print("Making .venv …", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if done.returncode:
        sys.exit(
            "This Python cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv).\n"
            + (done.stderr or done.stdout).strip().splitlines()[-1]
        )


def _runs(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _install(lock: Path) -> None:
    print(f"Installing {lock.name} (once) …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        + ["--require-hashes", "-r", str(lock)],
    )
    if done.returncode:
        sys.exit(f"pip could not install {lock.name}; its reason stands above.")


if __name__ == "__main__":
    main()
