"""What `make run` left for everybody else: the folder of run-time files and the defaults in it.

Standard library only: the supervisor and `manage.py` read this before Django is there.
"""

import base64
import fcntl
import itertools
import json
import os
import secrets
from pathlib import Path
from typing import IO

from . import processes

BASE_DIR = Path(__file__).resolve().parent.parent
# The one folder that is written to at run time. Relocatable, so that a test can have its own.
VAR = Path(os.environ.get("AFTERSALES_VAR") or BASE_DIR / "var").resolve()
RUN_FILE = VAR / "run.json"
YES = ("1", "true", "yes", "on")
UNDER_TEST = "AFTERSALES_UNDER_TEST"
TEST_SLOT = "AFTERSALES_TEST_SLOT"
MADE_BY_RUN = "AFTERSALES_RUN"  # `make run` sets it for its own children
_locks: list[IO[str]] = []


def under_test() -> bool:
    """Tests have a database server of their own, so that they never touch the data of `make run`.

    True in our own test runs and in what they start in the same folder. pytest's own variables would not tell: a test
    suite of somebody else, which starts `manage.py` as a user does, has them in its environment too.
    """
    return os.environ.get(UNDER_TEST) == str(VAR)


def test_slot() -> int:
    """1 for the first test run in this folder, 2 for one beside it: each has databases of its own.

    Held by the process that found it; its children (pytest's workers) inherit the number.
    """
    if TEST_SLOT not in os.environ:
        VAR.mkdir(parents=True, exist_ok=True)
        for slot in itertools.count(1):
            lock = open(VAR / f"test-{slot}.lock", "a")  # noqa: SIM115  (held for life)
            if processes.try_lock(lock, fcntl.LOCK_EX):
                _locks.append(lock)
                os.environ[TEST_SLOT] = str(slot)
                break
            lock.close()
    return int(os.environ[TEST_SLOT])


def defaults() -> dict[str, str]:
    """Environment variables as `make run` wrote them; the environment proper wins. Empty where it never ran."""
    if under_test():
        return {}
    try:
        values = json.loads(RUN_FILE.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(value) for name, value in values.items()}


def get(name: str, default: str = "") -> str:
    """An environment variable, or what `make run` wrote for it."""
    return os.environ.get(name) or defaults().get(name, default)


def write(values: dict[str, str]) -> None:
    """Replace the defaults in one step, so that no reader ever sees half a file. It holds a secret: mode 600."""
    VAR.mkdir(parents=True, exist_ok=True)
    draft = VAR / f".run.{os.getpid()}.json"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    draft.replace(RUN_FILE)


def ensure() -> None:
    """The defaults of a checkout where `make run` never ran: a secret of its own, and DEBUG on."""
    if not RUN_FILE.exists():
        write(fresh())


def fresh() -> dict[str, str]:
    """Development defaults; the secrets survive a rewrite, or every session would end with it, and nobody could read
    what is stored encrypted."""
    return {
        "DJANGO_SECRET_KEY": defaults().get("DJANGO_SECRET_KEY") or secrets.token_urlsafe(50),
        # As Fernet writes keys: 32 bytes, URL-safe base64.
        "SECRETS_KEYS": defaults().get("SECRETS_KEYS") or base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DJANGO_DEBUG": "true",
    }
