"""The fake channels beside `make run`, with FAKE_CHANNELS=1: a process, and the settings that make the program use it.

Its ports stay the same when it is started again; what it did is forgotten then, as its settings file is not. That file
is read by nobody who has not FAKE_CHANNELS in their own environment: a fake pays nobody.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import local
from .ports import free_port
from .preflight import Refused

FOLDER = local.VAR / "fakes"
FILE = FOLDER / "settings.json"
CHANNELS = ("alipay", "wechatpay", "stripe", "kuaidi100")
READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Offer:
    """`settings`: variable → value. `records`: channel → the address of what it did."""

    settings: dict[str, str]
    records: dict[str, str]


def is_on() -> bool:
    return os.environ.get("FAKE_CHANNELS", "").lower() in local.YES


def settings() -> dict[str, str]:
    """Variable → value, for a process that was started with FAKE_CHANNELS; empty where no fakes are."""
    if not is_on() or local.under_test():
        return {}
    try:
        values: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))["settings"]
    except (FileNotFoundError, ValueError, KeyError):
        return {}
    return values


def command(port: int) -> list[str]:
    """`port`: where the program listens for notices."""
    ports = [part for channel in CHANNELS for part in (f"--{channel}-port", str(free_port()))]
    target = ["--folder", str(FOLDER), "--notify", f"http://127.0.0.1:{port}", "--settings", str(FILE)]
    return ["fakes", *ports, *target]


def forget() -> None:
    """What an earlier process offered: it listened on other ports."""
    FILE.unlink(missing_ok=True)


def offered(ended: Callable[[], bool]) -> Offer:
    """Once it listens. `ended`: whether the process has. Raises Refused."""
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        with contextlib.suppress(FileNotFoundError):
            offer = Offer(**json.loads(FILE.read_text(encoding="utf-8")))
            _check(offer)
            return offer
        if ended():
            raise Refused("The fake channels could not start; their lines stand above.")
        time.sleep(0.05)
    raise Refused(f"The fake channels were not ready within {READY_SECONDS:.0f} s.")


def refuse_outside_development() -> None:
    """Raises Refused."""
    if os.environ.get("DJANGO_DEBUG", "true").lower() not in local.YES:
        raise Refused("FAKE_CHANNELS is on, but DJANGO_DEBUG is off. The fakes pay nobody: unset one of them.")


def _check(offer: Offer) -> None:
    """Both at once would look like a real account that works."""
    prefixes = tuple({name.partition("_")[0] + "_" for name in offer.settings})
    if names := sorted(name for name, value in os.environ.items() if name.startswith(prefixes) and value):
        raise Refused(f"FAKE_CHANNELS is on, but {names[0]} is set. Unset one of them.")
