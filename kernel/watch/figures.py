"""Figures for Prometheus that an app publishes of its own rows: read from the database when somebody asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`name` without the prefix of the program. `read` answers value by label; the label "" stands for none."""

    name: str
    help: str
    label: str
    read: Callable[[], Mapping[str, float]]


_FIGURES: dict[str, Figure] = {}


def publish(figure: Figure) -> None:
    """Call once a figure, from the `jobs.py` of its app."""
    if figure.name in _FIGURES:
        raise ValueError(f"two figures are called {figure.name}")
    _FIGURES[figure.name] = figure


def figures() -> list[Figure]:
    return list(_FIGURES.values())
