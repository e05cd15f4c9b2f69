"""Each fault of the plan, done to the processes. Returns when it is over, and all that ended has been started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from redis import RedisError

from .kinds import Kind
from .plan import Fault
from .processes.supervisor import NAMES
from .processes.tables import senders, signal_each, talking_to
from .system import System

HOLDING_SECONDS = 12.0
LEASE_SECONDS = 65.0  # longer than policy.LEASE


def inject(system: System, fault: Fault) -> None:
    FAULTS[fault.kind](system, fault.seconds)


def _until_holding(system: System, when: str) -> None:
    """A sender is in the middle of a refund. Where none comes in time, the fault meets whatever there is."""
    system.hold(when)
    give_up = time.monotonic() + HOLDING_SECONDS
    while not system.holding() and time.monotonic() < give_up:
        time.sleep(0.02)


def _kill_sender(when: str) -> Callable[[System, float], None]:
    def kill(system: System, seconds: float) -> None:
        _until_holding(system, when)
        system.processes.kill("money")

    return kill


def _kill(name: str) -> Callable[[System, float], None]:
    return lambda system, seconds: system.processes.kill(name)


def _stop(name: str) -> Callable[[System, float], None]:
    def stop(system: System, seconds: float) -> None:
        system.processes.signal_all(name, signal.SIGSTOP)
        time.sleep(seconds)
        system.processes.signal_all(name, signal.SIGCONT)

    return stop


def _kill_gateway(system: System, seconds: float) -> None:
    system.kill_gateway()
    time.sleep(seconds)
    system.start_gateway()


def _kill_broker(system: System, seconds: float) -> None:
    if system.redis:
        system.redis.kill()
        time.sleep(seconds)
        system.redis.start()


def _flush_broker(system: System, seconds: float) -> None:
    """Again and again: messages are not there for long."""
    give_up = time.monotonic() + seconds
    while system.redis and time.monotonic() < give_up:
        with suppress(RedisError), system.redis.link() as link:
            link.flushall()
        time.sleep(0.1)


def _hang_broker(system: System, seconds: float) -> None:
    if system.redis:
        system.redis.signal(signal.SIGSTOP)
        time.sleep(seconds)
        system.redis.signal(signal.SIGCONT)


def _end_database(how: signal.Signals) -> Callable[[System, float], None]:
    def end(system: System, seconds: float) -> None:
        system.database.end(how)
        time.sleep(seconds)
        system.database.start()

    return end


def _cut_connections(system: System, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        system.database.cut()
        time.sleep(0.3)


def _hang_database(system: System, seconds: float) -> None:
    system.database.signal_all(signal.SIGSTOP)
    time.sleep(seconds)
    system.database.signal_all(signal.SIGCONT)


def _deploy(system: System, seconds: float) -> None:
    for name in NAMES:
        system.processes.end(name, signal.SIGTERM)


def _second_beat(system: System, seconds: float) -> None:
    second = system.processes.another("beat")
    time.sleep(5 + seconds)
    second.terminate()
    with suppress(subprocess.TimeoutExpired):
        second.wait(10)
    if second.poll() is None:
        os.killpg(second.pid, signal.SIGKILL)


def _outlived_lease(system: System, seconds: float) -> None:
    """The channel has taken the request, its sender stands still, another one does the work, and then the first goes
    on."""
    _until_holding(system, "after")
    every = senders(system.processes.processes["money"].pid)
    pids = talking_to(system.gateway_port, every) or every
    signal_each(pids, signal.SIGSTOP)
    time.sleep(LEASE_SECONDS)
    signal_each(pids, signal.SIGCONT)


FAULTS: dict[Kind, Callable[[System, float], None]] = {
    Kind.KILL_AFTER_PAYING: _kill_sender("after"),
    Kind.KILL_BEFORE_PAYING: _kill_sender("before"),
    Kind.KILL_SWEEPS: _kill("sweeps"),
    Kind.KILL_BEAT: _kill("beat"),
    Kind.KILL_WEB: _kill("web"),
    Kind.KILL_GATEWAY: _kill_gateway,
    Kind.KILL_BROKER: _kill_broker,
    Kind.FLUSH_BROKER: _flush_broker,
    Kind.HANG_BROKER: _hang_broker,
    Kind.KILL_DATABASE: _end_database(signal.SIGKILL),
    Kind.RESTART_DATABASE: _end_database(signal.SIGINT),
    Kind.CUT_CONNECTIONS: _cut_connections,
    Kind.HANG_DATABASE: _hang_database,
    Kind.STOP_MONEY: _stop("money"),
    Kind.STOP_WEB: _stop("web"),
    Kind.STOP_BEAT: _stop("beat"),
    Kind.DEPLOY: _deploy,
    Kind.SECOND_BEAT: _second_beat,
    Kind.OUTLIVED_LEASE: _outlived_lease,
}
