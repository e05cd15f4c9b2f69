"""Codes for paper as SVG paths, in modules of 1 × 1, with the quiet zone that a scanner needs. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import segno
from barcode import Code128

# The quiet zones that the standards of the two codes ask for.
QR_QUIET = 4
BARS_QUIET = 10
BARS_HEIGHT = 30


@dataclass(frozen=True)
class Drawing:
    """`path`: the dark parts, for `<path d=…>` in a viewBox of `width` × `height` modules."""

    width: int
    height: int
    path: str


def qr(text: str) -> Drawing:
    """A QR code that bears a crease or a stain (correction level M)."""
    matrix = segno.make_qr(text, error="m").matrix
    size = len(matrix) + 2 * QR_QUIET
    rows = (_runs(row, QR_QUIET, y, 1) for y, row in enumerate(matrix, start=QR_QUIET))
    return Drawing(size, size, "".join(part for row in rows for part in row))


def code128(text: str) -> Drawing:
    """What every hand scanner of a warehouse reads. ASCII only."""
    # The library draws pictures; only its bit pattern is used, so that the page stays plain SVG.
    (modules,) = Code128(text).build()
    bars = _runs([int(module) for module in modules], BARS_QUIET, 0, BARS_HEIGHT)
    return Drawing(len(modules) + 2 * BARS_QUIET, BARS_HEIGHT, "".join(bars))


def _runs(modules: Iterable[int], left: int, top: int, height: int) -> Iterator[str]:
    """A rectangle for each run of dark modules in a row."""
    x = left
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark:
            yield f"M{x} {top}h{width}v{height}h-{width}z"
        x += width
