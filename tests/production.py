"""The processes of production (faults/production.py) on the database of a test, and a Redis of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from faults.processes import production
from faults.processes.production import documented
from faults.processes.redis_server import OwnRedis, installed

from .checkout import Checkout
from .processes import database_url

__all__ = ["OwnRedis", "Production", "documented", "own_redis"]


@dataclass
class Production:
    """`start("money")` runs the documented command as it stands, on the database of this test."""

    checkout: Checkout
    broker: str
    more: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, *words: str, **environ: str) -> "subprocess.Popen[bytes]":
        variables = self.checkout.environ(**self.environ() | environ)
        return production.start(name, self._log(name), variables, *words)

    def said(self, name: str) -> str:
        """What the process has printed so far."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")

    def _log(self, name: str) -> Path:
        return self.checkout.var / f"{name}.log"

    def environ(self) -> dict[str, str]:
        return production.production(database_url(), self.broker) | self.more


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    if not installed():
        pytest.skip("no redis-server on this machine")
    server = OwnRedis(folder)
    try:
        yield server
    finally:
        server.kill()
