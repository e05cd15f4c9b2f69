"""What the channel paid, on disk before it answers: a kill of the channel loses nothing of it."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS asked (refund_no TEXT, transaction_no TEXT, amount TEXT, at REAL);
CREATE TABLE IF NOT EXISTS queried (refund_no TEXT, at REAL);
CREATE TABLE IF NOT EXISTS paid (refund_no TEXT PRIMARY KEY, transaction_no TEXT, amount TEXT, at REAL);
"""


@dataclass(frozen=True)
class Payout:
    refund_no: str
    transaction_no: str
    amount: Decimal


class Ledger:
    def __init__(self, path: Path) -> None:
        self.path, self.lock = path, threading.Lock()
        with self._open() as link:
            link.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self.lock:
            link = sqlite3.connect(self.path, timeout=30)
            try:
                link.execute("PRAGMA synchronous = FULL")
                with link:  # commits, or rolls back
                    yield link
            finally:
                link.close()

    def ask(self, refund_no: str, transaction_no: str, amount: str) -> int:
        """How many requests there have been for this transaction, with this one."""
        with self._open() as link:
            row = (refund_no, transaction_no, amount, time.time())
            link.execute("INSERT INTO asked VALUES (?, ?, ?, ?)", row)
            return self._count(link, "SELECT count(*) FROM asked WHERE transaction_no = ?", transaction_no)

    def query(self, refund_no: str) -> int:
        with self._open() as link:
            link.execute("INSERT INTO queried VALUES (?, ?)", (refund_no, time.time()))
            return self._count(link, "SELECT count(*) FROM queried WHERE refund_no = ?", refund_no)

    def pay(self, refund_no: str, transaction_no: str, amount: str) -> None:
        """A number is paid once, however often it is asked for."""
        with self._open() as link:
            row = (refund_no, transaction_no, amount, time.time())
            link.execute("INSERT INTO paid VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def refuses(self, refund_no: str, transaction_no: str) -> bool:
        """The first number that is asked for, of a transaction that refuses one."""
        with self._open() as link:
            sql = "SELECT refund_no FROM asked WHERE transaction_no = ? ORDER BY rowid LIMIT 1"
            return link.execute(sql, (transaction_no,)).fetchone() == (refund_no,)

    def asked_for(self, refund_no: str) -> tuple[str, str]:
        """Transaction and amount; empty where this number was never asked for."""
        with self._open() as link:
            sql = "SELECT transaction_no, amount FROM asked WHERE refund_no = ? LIMIT 1"
            row = link.execute(sql, (refund_no,)).fetchone()
        return (str(row[0]), str(row[1])) if row else ("", "")

    def has_paid(self, refund_no: str) -> bool:
        with self._open() as link:
            return bool(self._count(link, "SELECT count(*) FROM paid WHERE refund_no = ?", refund_no))

    def payouts(self) -> list[Payout]:
        with self._open() as link:
            rows = link.execute("SELECT refund_no, transaction_no, amount FROM paid ORDER BY rowid").fetchall()
        return [Payout(number, transaction_no, Decimal(amount)) for number, transaction_no, amount in rows]

    @staticmethod
    def _count(link: sqlite3.Connection, sql: str, value: str) -> int:
        return int(link.execute(sql, (value,)).fetchone()[0])
