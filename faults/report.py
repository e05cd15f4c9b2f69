"""What a campaign prints: what broke, how long it took to be well again, and the figures in the last line."""

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from .campaign import Result

MAX_SENTENCES = 20
PARTS = ("web", "money", "sweeps", "couriers", "news", "beat")  # each queue has a worker that takes from it


def lines(result: Result, seed: int, seconds: float) -> Iterator[str]:
    verdict = result.verdict
    for kind in ("twice", "lost", "stuck", "wrong"):
        sentences = getattr(verdict, kind)
        yield from (f"{kind}: {sentence}" for sentence in sentences[:MAX_SENTENCES])
        if len(sentences) > MAX_SENTENCES:
            yield f"{kind}: and {len(sentences) - MAX_SENTENCES} more"
    yield from _recovery(result)
    again = _counts(result.restarts) or "nothing"
    yield f"answers: {_counts(result.statuses)}; notices taken: {result.notices}; started again: {again}"
    alive = [name for name in PARTS if name in result.alive]
    yield (
        f"seed {seed}: {result.refunds} refunds · {len(result.recovery)} faults · {verdict.figures}"
        f" · alive {len(alive)} of {len(PARTS)} · {seconds:.0f} s"
    )


def kept(result: Result) -> bool:
    return result.verdict.kept and set(PARTS) <= set(result.alive)


def _recovery(result: Result) -> Iterator[str]:
    if not result.recovery:
        return
    by_kind: dict[str, list[float]] = defaultdict(list)
    for fault, seconds in result.recovery:
        by_kind[fault].append(seconds)
    yield "seconds from the end of a fault until a refund that was asked for then had arrived:"
    for kind, times in sorted(by_kind.items()):
        yield f"  {kind:55} {len(times):3} times   median {median(times):5.1f}   max {max(times):5.1f}"
    every = [seconds for times in by_kind.values() for seconds in times]
    yield f"  {'all':55} {len(every):3} times   median {median(every):5.1f}   max {max(every):5.1f}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} × {count}" for name, count in sorted(counts.items()))
