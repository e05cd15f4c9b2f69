"""The real channels in a campaign: their adapters, as production has them, and the fakes in a process of their own."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from devserver import local
from devserver.processes import die_with_parent

from .gateway.ledger import Payout

READY_SECONDS = 20.0
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Channel:
    """`scripts`: beginnings of transaction numbers (fakes/NAME/scripts.py) after which the money arrives in minutes,
    without anybody's help. `payout`: what a row of the fake's records comes to; None: nothing was paid."""

    name: str
    scripts: tuple[str, ...]
    payout: Callable[[Row], Payout | None]


def _alipay(row: Row) -> Payout:
    return Payout(row["out_request_no"], row["trade_no"], Decimal(row["amount"]))


def _wechatpay(row: Row) -> Payout | None:
    paid = row["status"] == "SUCCESS"
    return Payout(row["out_refund_no"], row["transaction_id"], Decimal(row["refund"]) / 100) if paid else None


def _stripe(row: Row) -> Payout | None:
    number = row["metadata"].get("refund_no", "")
    paid = row["status"] == "succeeded" and number
    return Payout(number, row["payment_intent"], Decimal(row["amount"]) / 100) if paid else None


CHANNELS = (
    Channel(
        "alipay",
        (
            "PAY", "SLOW", "DOWN", "CUT", "LOST", "BROKEN", "HTML", "FORGED", "UNSIGNED", "FOREIGN", "ALTERED",
            "ESCAPED", "HIDDEN",
        ),
        _alipay,
    ),
    Channel(
        "wechatpay",
        (
            "PAY", "SLOW", "DOWN", "CUT", "LOST", "BROKEN", "HTML", "FORGED", "UNSIGNED", "FOREIGN", "ALTERED", "BUSY",
            "PROBE", "OLD", "STRANGE", "HIDDEN", "AHEAD", "TWICE",
        ),
        _wechatpay,
    ),
    Channel(
        "stripe",
        ("pi_PAY", "pi_SLOW", "pi_DOWN", "pi_CUT", "pi_LOST", "pi_BUSY", "pi_HTML", "pi_FOREIGN", "pi_FORGOTTEN"),
        _stripe,
    ),
)  # fmt: skip


class Fakes:
    """`python -m fakes` with ports and keys of its own. No fault meets the process: its records are in its memory."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.written = folder, folder / "fakes.json"
        self.process: subprocess.Popen[bytes] | None = None
        self.records: dict[str, str] = {}

    def start(self, notify: str) -> dict[str, str]:
        """The settings that make a process of ours use them; `notify`: where it listens. Raises RuntimeError where
        they do not come up."""
        own = [
            "--free-ports",
            "--folder",
            str(self.folder / "keys"),
            "--settings",
            str(self.written),
            "--notify",
            notify,
        ]
        with open(self.folder / "fakes.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fakes", *own],
                cwd=local.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        give_up = time.monotonic() + READY_SECONDS
        while not self.written.exists():
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise RuntimeError(f"the fake channels did not start: {self.folder / 'fakes.log'}")
            time.sleep(0.1)
        written = json.loads(self.written.read_text(encoding="utf-8"))
        self.records = written["records"]
        settings: dict[str, str] = written["settings"]
        return settings

    def payouts(self) -> list[Payout]:
        rows = ((channel, row) for channel in CHANNELS for row in self._rows(self.records[channel.name]))
        return [payout for channel, row in rows if (payout := channel.payout(row)) is not None]

    def notices(self) -> int:
        """How many WeChat Pay's has sent, each attempt counted."""
        return len(self._rows(self.records["wechatpay"].replace("/refunds", "/notices")))

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @staticmethod
    def _rows(address: str) -> list[Row]:
        with urllib.request.urlopen(address, timeout=10) as answer:
            rows: list[Row] = json.load(answer)
        return rows
