"""One campaign: round by round cases are let loose, a fault meets them, and a last case tells when all is well again.
Then it waits for quiet, and compares the records."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg2

from .cases import MERCHANT, Played, Refused
from .client import Client, Unanswered
from .injection import inject
from .kinds import Kind
from .plan import Case, Plan, Round
from .records import Booked, Records
from .system import System
from .verdict import Verdict, judge

CLIENTS = 6
PROBE_SECONDS, QUIET_SECONDS, RETRY_SECONDS = 120.0, 240.0, 1.0
# What a channel works on is asked about after minutes: nothing is stuck before its own next question was answered.
QUESTION_SECONDS, LONGEST_SECONDS = 60.0, 1200.0
SETTLED = ("succeeded",)


@dataclass
class Result:
    refunds: int = 0
    recovery: list[tuple[Kind, float]] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    alive: list[str] = field(default_factory=list)
    notices: int = 0
    restarts: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)


class Campaign:
    """`advance`: called with the number of refunds that have been asked for since the last call."""

    def __init__(self, plan: Plan, system: System, advance: Callable[[int], object]) -> None:
        self.plan, self.system, self.advance = plan, system, advance
        self.client = Client(system.port, system.tokens)
        self.records = Records(system.database.url)
        self.owed: dict[str, Decimal] = {}
        self.wrong: list[str] = []
        self.stuck: list[str] = []
        self.over = threading.Event()

    def run(self) -> Result:
        result = Result(refunds=sum(case.refunds for case in self.plan.cases))
        merchant = threading.Thread(target=self._try_again, daemon=True)
        merchant.start()
        with ThreadPoolExecutor(CLIENTS) as crew:
            running: list[Future[None]] = [crew.submit(self._play, case) for case in self.plan.rest]
            for one in self.plan.rounds:
                running += [crew.submit(self._play, case) for case in one.cases]
                result.recovery.append((one.fault.kind, self._round(one)))
            for future in running:
                future.result()
        self._quiet()
        self.over.set()
        merchant.join(60)
        self._judge(result)
        return result

    def _round(self, one: Round) -> float:
        """Seconds from the end of the fault until a refund that was asked for afterwards has arrived."""
        inject(self.system, one.fault)
        began = time.monotonic()
        self._play(one.probe)
        number, give_up = one.probe.tenders[0].transaction_no, began + PROBE_SECONDS
        while time.monotonic() < give_up:
            if any(refund.transaction_no == number and refund.status in SETTLED for refund in self._refunds()):
                break
            time.sleep(0.1)
        else:
            self.stuck.append(f"{one.fault.kind}: a new refund had not arrived after {PROBE_SECONDS:.0f} s")
        return time.monotonic() - began

    def _play(self, case: Case) -> None:
        played = Played(case, self.client)
        try:
            played.play()
        except Refused as error:
            self.wrong.append(f"case {case.number}, {case.way}: {error}")
        except Unanswered as error:
            self.stuck.append(f"case {case.number}, {case.way}: {error}")
        # Also of a case that was cut short: what its buyer was promised is owed.
        if played.tickets:
            self.owed |= case.owed
        self.advance(case.refunds)

    def _try_again(self) -> None:
        """The merchant: what the channel has refused for good is sent again under a new number."""
        while not self.over.wait(RETRY_SECONDS):
            for refund in self._refunds():
                if refund.status == "failed" and not refund.retried:
                    with suppress(Unanswered):
                        path = f"refunds/{refund.refund_no}/retry/"
                        self.client.post(MERCHANT, path, {}, key=f"again-{refund.refund_no}")

    def _refunds(self) -> list[Booked]:
        """Empty while the database is away."""
        with suppress(psycopg2.Error):
            return self.records.refunds()
        return []

    def _quiet(self) -> None:
        """Until nothing is under way any more, or for as long as anything may be."""
        began = time.monotonic()
        give_up = began + QUIET_SECONDS
        while time.monotonic() < min(give_up, began + LONGEST_SECONDS):
            refunds = self._refunds()
            waiting = any(refund.open or (refund.status == "failed" and not refund.retried) for refund in refunds)
            if refunds and not waiting and not self.records.open_tickets():
                return
            if refunds and (left := self.records.seconds_to_next_attempt()) > 0:
                give_up = max(give_up, time.monotonic() + left + QUESTION_SECONDS)
            time.sleep(0.5)

    def _judge(self, result: Result) -> None:
        verdict = judge(self.owed, self.system.payouts(), self.records.refunds())
        verdict.stuck += [*self.stuck, *(f"ticket {text}" for text in self.records.open_tickets())]
        verdict.wrong += [*self.wrong, *self.client.faults, *self.system.audit()]
        verdict.wrong += [f"ended by itself: {text}" for text in self.system.processes.unexpected]
        result.notices = self.records.notices()
        if not result.notices and (sent := self.system.fakes.notices()):
            verdict.wrong.append(f"{sent} notices were sent by a channel, and none was taken")
        result.alive = sorted(self.records.working() | ({"web"} if self.system.answers("/readyz") else set()))
        result.verdict = verdict
        result.restarts = dict(self.system.processes.ended)
        result.statuses = dict(self.client.statuses)
