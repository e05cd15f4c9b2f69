"""What a campaign does, decided before it begins: the same seed and count give the same orders and the same faults."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .channel import NAME
from .fakes import CHANNELS
from .gateway.behaviours import SCRIPTED, Behaviour
from .kinds import FIRST, OF_REDIS, TAKES_LONG, Kind

CENTS = Decimal("0.01")
REFUNDS_A_FAULT, REFUNDS_A_LONG_ONE = 10, 300


class Way(StrEnum):
    """How a refund comes about."""

    UNSHIPPED = "unshipped"  # at once, without a review
    REVIEWED = "reviewed"  # shipped, never arrived, approved by the merchant
    RETURNED = "returned"  # delivered, sent back, received
    TWO_TENDERS = "two tenders"  # paid in two ways, so two refunds for one ticket
    TWO_AT_ONCE = "two at once"  # two applications for one unit each, at the same moment


@dataclass(frozen=True)
class Tender:
    transaction_no: str
    amount: Decimal
    channel: str = NAME


@dataclass(frozen=True)
class Case:
    """One order and what is asked back of it. `doubled`: each request is sent twice at the same moment."""

    number: int
    way: Way
    unit_price: Decimal
    units: int
    tenders: tuple[Tender, ...]
    doubled: bool

    @property
    def owed(self) -> dict[str, Decimal]:
        """By transaction: every case asks for all of its money back."""
        return {tender.transaction_no: tender.amount for tender in self.tenders}

    @property
    def refunds(self) -> int:
        return 2 if self.way in (Way.TWO_TENDERS, Way.TWO_AT_ONCE) else 1


@dataclass(frozen=True)
class Fault:
    kind: Kind
    seconds: float  # how long it lasts, where it lasts


@dataclass(frozen=True)
class Round:
    """Cases that are let loose, the fault that meets them, and one case afterwards that tells when all is well."""

    cases: tuple[Case, ...]
    fault: Fault
    probe: Case


@dataclass(frozen=True)
class Plan:
    """`rest`: cases that no fault of a process meets; all of them where there is none."""

    rounds: tuple[Round, ...]
    rest: tuple[Case, ...] = ()

    @property
    def cases(self) -> list[Case]:
        return [case for one in self.rounds for case in (*one.cases, one.probe)] + list(self.rest)


def make(seed: int, count: int, *, redis: bool = True, only: Sequence[Kind] | None = None) -> Plan:
    """`count`: refunds, at least. `redis`: whether the broker is one. `only`: these faults, in this order."""
    chance = random.Random(seed)
    kinds = _kinds(chance, count, redis) if only is None else list(only)
    cases = _Cases(chance, seed)
    probes = [cases.probe() for _ in kinds]
    rest = cases.until(max(count - len(probes), 1))
    if not kinds:
        return Plan((), tuple(rest))
    share = -(-len(rest) // len(kinds))
    rounds = [
        Round(tuple(rest[number * share : (number + 1) * share]), _fault(chance, kind), probes[number])
        for number, kind in enumerate(kinds)
    ]
    return Plan(tuple(rounds))


def _kinds(chance: random.Random, count: int, redis: bool) -> list[Kind]:
    possible = [kind for kind in Kind if (redis or kind not in OF_REDIS) and kind not in TAKES_LONG]
    first = [kind for kind in FIRST if kind in possible]
    if count < REFUNDS_A_FAULT * (len(first) + 1):
        return first[: max(count // 4, 1)]
    wanted = count // REFUNDS_A_FAULT
    kinds: list[Kind] = []
    while len(kinds) < wanted:
        kinds += chance.sample(possible, len(possible))
    long = sorted(TAKES_LONG) * (count // REFUNDS_A_LONG_ONE)
    kinds = [*kinds[: wanted - len(long)], *long]
    chance.shuffle(kinds)
    return kinds


def _fault(chance: random.Random, kind: Kind) -> Fault:
    return Fault(kind, round(chance.uniform(1.0, 4.0), 1))


class _Cases:
    def __init__(self, chance: random.Random, seed: int) -> None:
        self.chance, self.seed, self.made = chance, seed, 0

    def until(self, refunds: int) -> list[Case]:
        cases: list[Case] = []
        while refunds > 0:
            cases.append(self._one(self.chance.choice(list(Way)), scripted=True))
            refunds -= cases[-1].refunds
        return cases

    def probe(self) -> Case:
        return self._one(Way.UNSHIPPED, scripted=False)

    def _one(self, way: Way, *, scripted: bool) -> Case:
        self.made += 1
        price = Decimal(self.chance.randint(100, 50_000)) * CENTS
        units = 2 if way == Way.TWO_AT_ONCE else self.chance.randint(1, 3)
        tenders = self._tenders(price * units, 2 if way == Way.TWO_TENDERS else 1, scripted)
        return Case(self.made, way, price, units, tenders, scripted and self.chance.random() < 0.3)

    def _tenders(self, whole: Decimal, count: int, scripted: bool) -> tuple[Tender, ...]:
        first = (whole * Decimal(self.chance.randint(20, 80)) / 100).quantize(CENTS)
        amounts = [first, whole - first] if count == 2 else [whole]
        return tuple(self._tender(number, amount, scripted) for number, amount in enumerate(amounts))

    def _tender(self, number: int, amount: Decimal, scripted: bool) -> Tender:
        """How the channel behaves is part of the number, as with the sandbox: it needs no list, also after a kill."""
        end = f"{self.seed}-{self.made:05}-{number}"
        # Half of the payments are of the campaign's own channel, whose process is killed and stopped too.
        if scripted and self.chance.random() < 0.5:
            channel = self.chance.choice(CHANNELS)
            return Tender(f"{self.chance.choice(channel.scripts)}-{end}", amount, channel.name)
        script = scripted and self.chance.random() < 0.5
        behaviour = self.chance.choice(SCRIPTED) if script else Behaviour.PROMPT
        return Tender(f"{behaviour}-{end}", amount)
