"""`python3 scripts/install.py LOCKFILE FOLDER`: makes a virtual environment there and installs the lock file, once.

Runs on a bare Python: standard library only, and every fault is one sentence. pip installs, because pip knows the
mirrors and certificates that this machine is configured for. It installs what the lock says and nothing else.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(sys.argv[2]).resolve()
OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"Python 3.11 or newer is needed; python3 is {found}. Name another: make PYTHON=python3.11 …")
    if os.name != "posix":
        sys.exit("Linux or macOS is needed (on Windows: WSL).")
    lock = ROOT / sys.argv[1]
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / f".{lock.name}"
    if _read(stamp) == digest:
        return
    with open(f"{VENV}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two makes at once: the second waits and finds the work done
        if _read(stamp) != digest:
            _make_venv()
            _install(lock)
            stamp.write_text(digest)


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() and (VENV / "bin" / "python").exists() else ""


def _make_venv() -> None:
    same = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if (VENV / "bin" / "python").exists() and _runs(VENV / "bin" / "python", "-c", same):
        return
    print(f"Making {VENV.name} …", file=sys.stderr, flush=True)
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
        # Nothing is looked up beside the lock: no dependencies, no extras, and no tools to build a package with.
        + ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(lock)],
    )
    if done.returncode:
        sys.exit(f"pip could not install {lock.name}; its reason stands above.")


if __name__ == "__main__":
    main()
