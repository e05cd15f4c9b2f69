"""The run: fill, serve both, and measure each job in rounds that take turns, so that a busy moment hits all alike."""

import argparse
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from . import plain, report, sender, sweeps
from .client import Load, Request, run
from .fill import Filled, fill
from .jobs import Job, Numbers, jobs
from .report import Bar, Measured
from .servers import Server, serve

QUICK_SCALE = 0.1
SWEPT = 100_000
TRANSACTIONS = 500  # a second of plain SQL that is to be measured, at most
SHARES = 3  # of a job's rows: the program's, the bare view's, the database's


@dataclass
class Plan:
    """One job and what its rounds measured; each side has rows of its own."""

    job: Job
    shares: list[Numbers]
    script: plain.Script
    measured: Measured


class Course:
    def __init__(self, options: argparse.Namespace, url: str, say: Callable[[str], None]) -> None:
        self.url, self.say, self.only = url, say, options.only
        self.scale = QUICK_SCALE if options.quick else 1.0
        self.seconds = options.seconds or (1.5 if options.quick else 4.0)
        self.rounds = options.rounds or (1 if options.quick else 3)

    def run(self) -> tuple[list[dict[str, Any]], list[Bar]]:
        self.say("a database of its own: migrating, then filling")
        call_command("migrate", verbosity=0)
        self.filled: Filled = fill(self.scale)
        ready = "/healthz", "/api/v1/tickets/?page_size=1"
        with serve("config.wsgi", self.url, ready[0]) as ours, serve("bench.bare.wsgi", self.url, ready[1]) as bare:
            plans = [self._plan(job) for job in jobs(self.filled, ours.port) if self._wanted(job)]
            for turn in range(1, self.rounds + 1):
                for plan in plans:
                    self._round(plan, turn, ours, bare)
            rows = [plan.measured.summary() for plan in plans]
            pss = ours.pss()
        swept = {} if self.only else self._sweeps()
        bars = report.bars(rows, pss, swept, sweeps.BAR)
        if self.only in (None, sender.JOB):
            self.say("a backlog of refunds")
            bars += report.sent(sender.measure(self.url, int(sender.BACKLOG * max(self.scale, 0.2))), sender.BAR)
        return rows, bars

    def _wanted(self, job: Job) -> bool:
        return self.only in (None, job.name)

    def _sweeps(self) -> dict[str, float]:
        self.say("sweeps")
        return sweeps.measure(int(SWEPT * self.scale))

    def _plan(self, job: Job) -> Plan:
        shares = self._shares(job)
        script = self._script(job, shares[-1])
        return Plan(job, shares, script, Measured(job.name, job.bar, script.statements))

    def _round(self, plan: Plan, turn: int, ours: Server, bare: Server) -> None:
        """All jobs take turns too: the deep page is measured seconds after the first one, not minutes."""
        mine, bares, plains = plan.shares
        self.say(f"{plan.job.name}: round {turn} of {self.rounds}")
        plan.measured.ours.append(self._load(plan.job, ours, mine))
        plan.measured.bare.append(self._load(plan.job, bare, bares))
        plan.measured.plain.append(self._plain(plan.job, plan.script, plains))

    def _shares(self, job: Job) -> list[Numbers]:
        first, last = self._range(job)
        if not job.writes:
            return [Numbers(first, last) for _ in range(SHARES)]
        size = (last - first + 1) // SHARES
        return [Numbers(first + size * share, first + size * (share + 1) - 1) for share in range(SHARES)]

    def _range(self, job: Job) -> tuple[int, int]:
        if job.kind != "tickets":
            return self.filled.ranges[job.kind]
        return self.filled.ranges["pending_return"][0], self.filled.ranges["rejected"][1]

    def _load(self, job: Job, server: Server, numbers: Numbers) -> Load:
        which = numbers.each() if job.writes else numbers.anywhere()
        load = run(server.port, self._requests(job, which), self.seconds, job.expected)
        if load.wrong:
            self.say(f"{len(load.wrong)} answers were not {job.expected}; the first: {load.wrong[0]}")
        return load

    @staticmethod
    def _requests(job: Job, numbers: Iterator[int]) -> Iterator[Request]:
        return map(job.request, numbers)

    def _script(self, job: Job, numbers: Numbers) -> plain.Script:
        g = numbers.take(1)[0] if job.writes else next(itertools.islice(numbers.anywhere(), 1, None))
        return plain.record(job.request(g), job.ids(g))

    def _plain(self, job: Job, script: plain.Script, numbers: Numbers) -> plain.Plain:
        if not job.writes:
            return plain.replay(script, self.url, self.seconds, numbers.first)
        share = (numbers.last - numbers.first + 1) // self.rounds
        taken = numbers.take(max(plain.CONNECTIONS, min(share, int(self.seconds * TRANSACTIONS))))
        return plain.replay(script, self.url, self.seconds, taken.start, transactions=len(taken) // plain.CONNECTIONS)
