"""Everything that runs in a campaign: database, broker, channel, and the four processes of production."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from devserver import local
from devserver.ports import free_port
from devserver.processes import die_with_parent

from .fakes import Fakes
from .gateway.ledger import Ledger, Payout
from .processes import production, redis_server
from .processes.postgres import PostgreSQL
from .processes.redis_server import OwnRedis
from .processes.supervisor import Supervisor, run

READY_SECONDS = 120.0


class System:
    def __init__(self, folder: Path, database: PostgreSQL, plant: str = "") -> None:
        self.folder = folder
        self.port, self.gateway_port = free_port(), free_port()
        self.ledger = Ledger(folder / "gateway.sqlite3")
        self.database = database
        self.redis = OwnRedis(folder) if redis_server.installed() else None
        broker = self.redis.url if self.redis else f"filesystem://{folder / 'broker'}"
        more = {
            "DJANGO_SETTINGS_MODULE": "faults.settings",
            "FAULTS_GATEWAY_PORT": str(self.gateway_port),
            "FAULTS_PLANT": plant,
            "PORT": str(self.port),
        }
        self.environ = production.own_environment(folder, **production.production(self.database.url, broker), **more)
        self.processes = Supervisor(folder, self.environ)
        self.fakes = Fakes(folder)
        self.gateway: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}

    def prepare(self) -> None:
        self.database.start()
        # No fault meets this: it need not reach the disk statement by statement.
        quick = self.environ | {"PGOPTIONS": "-c synchronous_commit=off"}
        done = run("-m", "faults.prepare", environ=quick, log=self.folder / "prepare.log")
        if done.returncode:
            raise RuntimeError(f"the database could not be prepared: {self.folder / 'prepare.log'}")
        self.tokens = json.loads(done.stdout)

    def start(self) -> None:
        self.start_gateway()
        # The supervisor reads the same mapping.
        self.environ.update(self.fakes.start(f"http://127.0.0.1:{self.port}"))
        self.processes.start()
        give_up = time.monotonic() + READY_SECONDS
        while not (self.answers("/readyz/jobs") and self.answers("/readyz")):
            if time.monotonic() > give_up:
                raise RuntimeError(f"the processes were not ready within {READY_SECONDS:.0f} s")
            time.sleep(0.2)

    def start_gateway(self) -> None:
        with open(self.folder / "gateway.log", "ab") as log:
            self.gateway = subprocess.Popen(
                [sys.executable, "-m", "faults.gateway.server", str(self.gateway_port), str(self.ledger.path)],
                cwd=local.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )

    def kill_gateway(self) -> None:
        if self.gateway is not None:
            self.gateway.kill()
            self.gateway.wait()

    def payouts(self) -> list[Payout]:
        """What all channels carried out, by their own records."""
        return [*self.ledger.payouts(), *self.fakes.payouts()]

    def answers(self, path: str) -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": "localhost"})
        with suppress(OSError), urllib.request.urlopen(request, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def audit(self) -> list[str]:
        """What `manage.py audit_money` complains of."""
        done = run("manage.py", "audit_money", environ=self.environ, log=self.folder / "audit.log")
        if done.returncode == 0:
            return []
        return [line for line in done.stdout.splitlines() if line] or ["audit_money ended with a fault: audit.log"]

    def hold(self, when: str) -> None:
        """The channel keeps its next answer back, "before" or "after" it pays."""
        self._ask_gateway("/hold", json.dumps({"when": when}).encode())

    def holding(self) -> bool:
        return bool(self._ask_gateway("/holding")["holding"])

    def _ask_gateway(self, path: str, body: bytes | None = None) -> dict[str, bool]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.gateway_port}{path}", body, timeout=10) as answer:
            found: dict[str, bool] = json.load(answer)
        return found

    def stop(self) -> None:
        self.processes.stop()
        self.kill_gateway()
        self.fakes.stop()
        if self.redis:
            with suppress(ProcessLookupError):
                self.redis.signal(signal.SIGCONT)
            self.redis.kill()
        with suppress(OSError):
            self.database.signal_all(signal.SIGCONT)
        self.database.tidy()
