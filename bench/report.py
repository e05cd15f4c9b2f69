"""The table, and one line of JSON for programs."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from .client import Load
from .plain import Plain
from .sender import Sent

DEEP_BAR = 1.3
PSS_BAR = 90.0


@dataclass
class Measured:
    """Rounds of one job: the program, the bare view, the database alone, one after the other."""

    name: str
    bar: float
    statements: int = 0
    ours: list[Load] = field(default_factory=list)
    bare: list[Load] = field(default_factory=list)
    plain: list[Plain] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        ours, bare = _middle(self.ours), _middle(self.bare)
        plain = statistics.median(run.rate for run in self.plain) if self.plain else 0.0
        to_bare = statistics.median(a.rate / b.rate for a, b in zip(self.ours, self.bare, strict=True) if b.rate)
        return {
            "job": self.name,
            "statements": self.statements,
            "rate": round(ours.rate, 1),
            "p50_ms": round(ours.quantile(0.5), 2),
            "p95_ms": round(ours.quantile(0.95), 2),
            "bare_rate": round(bare.rate, 1),
            "bare_p50_ms": round(bare.quantile(0.5), 2),
            "bare_p95_ms": round(bare.quantile(0.95), 2),
            "sql_rate": round(plain, 1),
            "to_sql": round(ours.rate / plain, 3) if plain else None,
            "to_bare": round(to_bare, 3),
            "bar": self.bar,
            "met": to_bare >= self.bar,
            "wrong": sum(len(load.wrong) for load in self.ours + self.bare),
            "client_busy": round(max(load.busy for load in self.ours + self.bare), 2),
        }


def _middle(loads: list[Load]) -> Load:
    return sorted(loads, key=lambda load: load.rate)[len(loads) // 2]


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    bar: float
    met: bool


def bars(rows: list[dict[str, Any]], pss: list[float], sweeps: dict[str, float], sweep_bar: float) -> list[Bar]:
    found = [Bar(f"{row['job']}: share of the bare view", row["to_bare"], row["bar"], row["met"]) for row in rows]
    p50 = {row["job"]: row["p50_ms"] for row in rows}
    if p50.get("list") and p50.get("deep page"):
        deep = round(p50["deep page"] / p50["list"], 2)
        found.append(Bar("deep page: p50 against the first page", deep, DEEP_BAR, deep <= DEEP_BAR))
    if pss:
        found.append(Bar("web worker, MiB PSS", round(max(pss), 1), PSS_BAR, max(pss) <= PSS_BAR))
    found += [Bar(f"{name}, rows/s", round(rate), sweep_bar, rate >= sweep_bar) for name, rate in sweeps.items()]
    return found


def sent(refunds: Sent, bar: float) -> list[Bar]:
    share = refunds.workers / refunds.sql
    name = f"refunds/s by two worker processes ({share:.2f} of plain SQL, {refunds.statements} statements each)"
    return [Bar(name, round(refunds.workers, 1), bar, refunds.workers >= bar)]


COLUMNS = (
    ("job", "job", 10),
    ("statements", "stmts", 6),
    ("rate", "req/s", 8),
    ("p50_ms", "p50 ms", 8),
    ("p95_ms", "p95 ms", 8),
    ("bare_rate", "bare/s", 8),
    ("bare_p50_ms", "p50 ms", 8),
    ("sql_rate", "SQL/s", 8),
    ("to_sql", "÷ SQL", 7),
    ("to_bare", "÷ bare", 7),
    ("bar", "bar", 5),
    ("met", "met", 5),
)


def table(rows: list[dict[str, Any]], found: list[Bar]) -> str:
    lines = ["  ".join(title.rjust(width) for _, title, width in COLUMNS)]
    for row in rows:
        cells = (_cell(row[key]).rjust(width) for key, _, width in COLUMNS)
        lines.append("  ".join(cells))
    lines.append("")
    lines += [f"{_cell(bar.met):>4}  {bar.name}: {bar.value} (bar {bar.bar:g})" for bar in found]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "–" if value is None else str(value)


def as_dict(found: list[Bar]) -> list[dict[str, Any]]:
    return [asdict(bar) for bar in found]
