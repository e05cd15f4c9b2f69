"""The embedded PostgreSQL in a folder of the campaign's own, to be killed, stopped and restarted."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg2

from devserver import embedded
from devserver.cluster import Cluster
from devserver.processes import die_with_parent

START_SECONDS = 90.0


class PostgreSQL:
    def __init__(self, base: Path) -> None:
        base.mkdir()
        self.cluster, self.base = Cluster(base), base
        self.url = embedded.url(base=base)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """After a crash the server ends at once while a process of the one before is still there: it is tried again."""
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL did not start: {self.cluster.last_complaint()}")
            if self.process is None or self.process.poll() is not None:
                self._start()
            time.sleep(0.1)
        with closing(self._connect("postgres")) as link, link.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [embedded.NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {embedded.NAME}")

    def _start(self) -> None:
        self.cluster.prepare()
        with open(self.cluster.log, "a") as log:
            self.process = subprocess.Popen(
                self.cluster.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGINT),
                start_new_session=True,
                **self.cluster.as_user(),
            )

    def answers(self) -> bool:
        with suppress(psycopg2.OperationalError), closing(self._connect("postgres")):
            return True
        return False

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        link = psycopg2.connect(embedded.url(database, self.base), connect_timeout=5)
        link.autocommit = True  # CREATE DATABASE refuses to run inside a transaction
        return link

    def cut(self) -> int:
        """Every connection of the system is ended by the server; how many there were."""
        sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
        with closing(self._connect("postgres")) as link, link.cursor() as cursor:
            cursor.execute(sql, [embedded.NAME])
            row = cursor.fetchone()
            return int(row[0]) if row else 0

    def end(self, how: signal.Signals) -> None:
        """SIGINT: as an administrator restarts it. SIGKILL: as the machine's memory ends."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)

    def signal_all(self, how: signal.Signals) -> None:
        """The server and its processes, which each have a session of their own."""
        if self.process is None:
            return
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in [self.process.pid, *map(int, children.read_text().split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, how)

    def tidy(self) -> None:
        self.end(signal.SIGINT)
        self.cluster.tidy()


def remove(base: Path) -> None:
    """With what root's server keeps elsewhere because its user cannot enter `base`."""
    if base.exists():
        shutil.rmtree(Cluster(base).place, ignore_errors=True)
