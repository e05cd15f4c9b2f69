"""`python -m devserver.run`: the whole system in one terminal. PostgreSQL (unless DATABASE_URL), web, worker, beat.

Ends as one: on Ctrl-C, SIGTERM or a closed terminal everything is stopped; on kill -9 of this process the kernel
signals the children (see processes.py) and the keeper stops PostgreSQL.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from . import embedded, fake_channels, local, preflight
from .processes import die_with_parent, kill_with_parent, try_lock

READY_SECONDS = 180.0
GRACE_SECONDS = 10.0
RESTARTS = 3  # of one child, within…
RESTART_WINDOW = 60.0

ACCOUNTS = """\
  alice, bob   buyers                         {url}/
  mei          manager of shop lantern        {url}/admin/
  wen          agent of shop lantern          {url}/admin/
  rui          manager of shop harbor         {url}/admin/
  sun, song    platform: agent, supervisor    {url}/admin/
  oms          integration (API)              {url}/api/v1/docs/
  root         administrator                  {url}/admin/
  Password of all: aftersales-demo"""

# What `make run` was told, kept for the commands beside it (see local.py).
PASSED_ON = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "MEDIA_ROOT", "TIME_ZONE", "LANGUAGE_CODE", "LOG_FORMAT")


@dataclass
class Child:
    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command],
            cwd=local.BASE_DIR,
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C in the terminal is for the supervisor, which then stops each in good order
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def may_restart(self) -> bool:
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < RESTART_WINDOW] + [now]
        return len(self.deaths) <= RESTARTS

    def signal_group(self, sig: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sig)


def children() -> list[Child]:
    celery = ["celery", "-q", "-A", "config.celery"]
    worker = ["worker", "--pool=prefork", "--concurrency=1", "--loglevel=WARNING"]
    # All three are for talking to other workers, of which there are none here.
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        Child("web", ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]),
        Child("worker", [*celery, *worker, *quiet]),
        # No pid file: the one that kill -9 leaves behind would keep the next beat from starting.
        Child("beat", [*celery, "beat", "--loglevel=WARNING", "--pidfile="]),
    ]


class Stop(Exception):
    """A signal asked for the end."""


class Signals:
    """Turns a signal into `Stop`, and while a process is being started only after that: an exception that is raised in
    the hooks of a fork is printed and lost, or leaves a child that nobody knows of."""

    def __init__(self) -> None:
        self.asked = self.held = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        self.asked = True
        if not self.held:
            raise Stop

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        self.held = True
        try:
            yield
        finally:
            self.held = False
        self.check()

    def check(self) -> None:
        if self.asked:
            raise Stop


class Supervisor:
    def __init__(self) -> None:
        self.children = children()
        self.port = 0
        self.fakes: fake_channels.Offer | None = None
        self.signals = Signals()

    def run(self) -> None:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self.signals)
        if os.environ.get("MAKELEVEL"):
            kill_with_parent(signal.SIGTERM)  # the `make` that started us was killed: so are we
        try:
            self._prepare()
            web, *others = (child for child in self.children if child.process is None)
            self._start(web)
            self._until_ready(web)
            self._print_address()
            for child in others:  # after the first page: they would only take the processor from it
                self._start(child)
            self._watch()
        except Stop:
            print("\nStopping …", file=sys.stderr, flush=True)
        finally:
            self._stop()

    def _prepare(self) -> None:
        self.port = preflight.port()
        preflight.database()
        preflight.broker()
        fake_channels.forget()
        if fake_channels.is_on():
            self._start_fakes()
        _write_defaults(self.port)
        if embedded.in_use():
            embedded.attach()
        done = subprocess.run(
            [sys.executable, "-m", "devserver.prepare"], cwd=local.BASE_DIR, preexec_fn=die_with_parent(), check=False
        )
        if done.returncode:
            raise preflight.Refused("The database could not be brought up to date; the reason stands above.")

    def _start_fakes(self) -> None:
        fake_channels.refuse_outside_development()
        child = Child("fakes", fake_channels.command(self.port))
        self.children.append(child)
        self._start(child)
        self.fakes = fake_channels.offered(lambda: child.ended)

    def _until_ready(self, web: Child) -> None:
        give_up = time.monotonic() + READY_SECONDS
        while time.monotonic() < give_up:
            url = f"http://127.0.0.1:{self.port}/readyz"
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
                return
            if web.ended:
                raise preflight.Refused("The web process could not start; its lines stand above.")
            time.sleep(0.1)
        raise preflight.Refused(f"The web process was not ready within {READY_SECONDS:.0f} s; see its lines above.")

    def _start(self, child: Child) -> None:
        with self.signals.hold():
            child.start()

    def _watch(self) -> NoReturn:
        while True:
            self.signals.check()
            self._tend()
            time.sleep(0.5)

    def _tend(self) -> None:
        """Starts a child that has ended again, up to `RESTARTS` times within `RESTART_WINDOW`."""
        if embedded.in_use() and embedded.keeper_pid() is None:
            embedded.attach_again()
        for child in self.children:
            if not child.ended:
                continue
            child.signal_group(signal.SIGKILL)  # what it may have left behind
            if not child.may_restart():
                raise preflight.Refused(
                    f"The {child.name} process ended {RESTARTS + 1} times in a row; its lines stand above."
                )
            print(f"The {child.name} process ended; starting it again.", file=sys.stderr, flush=True)
            self._start(child)

    def _print_address(self) -> None:
        url = f"http://127.0.0.1:{self.port}"
        print(f"\nAfter-sales is ready: {url}/   (Ctrl-C stops it, the data stays in {local.VAR})\n", flush=True)
        if local.get("DJANGO_DEBUG").lower() in local.YES:  # else the demo was never made
            print(ACCOUNTS.format(url=url), flush=True)
        for channel, address in (self.fakes.records if self.fakes else {}).items():
            print(f"  A fake {channel} shows what it did: {address}", flush=True)
        if self.fakes:
            print("  Alice's orders DEMO-9001 to DEMO-9004 were paid through them (docs/channels.md).", flush=True)

    def _stop(self) -> None:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, signal.SIG_IGN)  # once is enough
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()  # the main process only: it ends its own in good order
        give_up = time.monotonic() + GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, give_up - time.monotonic()))
        for child in self.children:
            child.signal_group(signal.SIGKILL)
        fake_channels.forget()
        if not embedded.release():
            print("PostgreSQL still serves another command and stops with it.", file=sys.stderr, flush=True)


def _write_defaults(port: int) -> None:
    values = local.fresh() | {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    values |= {"PORT": str(port), "SECURE_COOKIES": "false", "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]"}
    for name in ("DJANGO_SECRET_KEY", "SECRETS_KEYS", "DJANGO_DEBUG", "DJANGO_ALLOWED_HOSTS"):
        values[name] = os.environ.get(name) or values[name]
    local.write(values)


def main() -> None:
    local.VAR.mkdir(parents=True, exist_ok=True)
    os.environ[local.MADE_BY_RUN] = "1"
    os.environ.setdefault("GUNICORN_LOG_LEVEL", "warning")
    os.environ.setdefault("WEB_THREADS", "16")  # no proxy in front: a slow client holds a thread
    with open(local.VAR / "run.lock", "a+") as lock:
        if not try_lock(lock, fcntl.LOCK_EX):
            sys.exit("`make run` is running in this folder already. Stop it first, or use its window.")
        try:
            Supervisor().run()
        except (preflight.Refused, embedded.Unavailable) as reason:
            sys.exit(f"{reason}")


if __name__ == "__main__":
    main()
