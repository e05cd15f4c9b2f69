"""A question of the page, answered: a drawing and the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .charts import Plane, Rows

Table = list[list[Any]]


@dataclass(frozen=True)
class Card:
    """`summary` is the drawing in one sentence, for who does not see it; without a drawing everybody reads it."""

    key: str
    title: str
    note: str
    summary: str
    header: list[str]
    rows: Table
    drawings: "Sequence[Plane | Rows]" = ()
    kind: str = "lines"  # the template that draws
    legend: list[tuple[str, str]] = field(default_factory=list)  # (class, words)
    empty: str = ""  # said instead of the drawing
    names: int = 1  # so many columns of the table are words
