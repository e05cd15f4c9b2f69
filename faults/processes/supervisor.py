"""Starts what has ended again, as the unit files in deploy/systemd/ do: two seconds later, without end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from devserver import local

from . import production

RESTART_SECONDS = 2.0
STOP_SECONDS = 30.0
NAMES = ("web", "money", "sweeps", "beat")


class Supervisor:
    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder, self.environ = folder, environ
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.by_us: Counter[str] = Counter()  # ends that a fault asked for
        self.ended: Counter[str] = Counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        for name in NAMES:
            self.processes[name] = self._start(name)
        self.thread.start()

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        return production.start(name, self.folder / f"{name}.log", self.environ)

    def _watch(self) -> None:
        down: dict[str, float] = {}
        while not self.over.wait(0.1):
            for name, process in self.processes.items():
                if process.poll() is None:
                    continue
                if name not in down:
                    self.ended[name] += 1
                    # What it left behind ends with it: systemd knows its control group, we its session.
                    _signal_group(process, signal.SIGKILL)
                    down[name] = time.monotonic()
                elif time.monotonic() - down[name] >= RESTART_SECONDS:
                    self.processes[name] = self._start(name)
                    del down[name]

    def kill(self, name: str) -> None:
        """The main process only: what becomes of its children is part of the fault."""
        self.end(name, signal.SIGKILL)

    def end(self, name: str, how: signal.Signals) -> None:
        self.by_us[name] += 1
        self.processes[name].send_signal(how)

    def signal_all(self, name: str, how: signal.Signals) -> None:
        """It and its children."""
        _signal_group(self.processes[name], how)

    @property
    def alive(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.poll() is None]

    @property
    def unexpected(self) -> list[str]:
        """Processes that ended though no fault asked for it."""
        return [f"{name}: {count}" for name, count in (self.ended - self.by_us).items()]

    def another(self, name: str) -> "subprocess.Popen[bytes]":
        """A second one beside it, with run-time files of its own."""
        folder = self.folder / "second"
        folder.mkdir(exist_ok=True)
        return production.start(name, folder / f"{name}.log", self.environ | {"AFTERSALES_VAR": str(folder)})

    def stop(self) -> None:
        self.over.set()
        if self.thread.is_alive():
            self.thread.join(5)
        for process in self.processes.values():
            _signal_group(process, signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, how)


def run(*words: str, environ: dict[str, str], log: Path) -> "subprocess.CompletedProcess[str]":
    """A command of ours that ends by itself; what it complains of goes into `log`."""
    with open(log, "a", encoding="utf-8") as errors:
        return subprocess.run(
            [sys.executable, *words],
            cwd=local.BASE_DIR,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
