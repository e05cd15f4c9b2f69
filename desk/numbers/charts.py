"""Series → geometry of a drawing. Pure: numbers in, coordinates out; templates write the SVG, classes colour it.

Every chart is drawn twice, wide and narrow, so that its letters are as large on a phone as at a desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10

from kernel.languages import labelled

LEFT, RIGHT, MARGIN_TOP, BOTTOM = 44, 14, 26, 28
TICKS = 4


@dataclass(frozen=True)
class Size:
    name: str  # the class of the drawing
    width: int
    height: int
    labels: int  # as many fit below the axis


WIDE = Size("wide", 520, 240, 8)
NARROW = Size("narrow", 340, 220, 5)


@dataclass(frozen=True)
class Series:
    """`values` one a slot; None: nothing was measured, so nothing is drawn."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    kind: str  # "s1", "s2" …: the class
    path: str
    dots: list[Mark]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str
    text: str


@dataclass(frozen=True)
class Plane:
    """An axis with its ticks, and what is drawn on it."""

    size: Size
    unit: str
    floor: float
    right: float
    left: float
    ticks: list[Mark]
    labels: list[Mark]
    lines: list[Line]
    boxes: list[Box]


@dataclass(frozen=True)
class Bar:
    """One row: its name, what it adds up to in words, and its parts from the left."""

    name: str
    value: str
    parts: Sequence[tuple[float, str, str]]  # (value, class, in words)
    below: Sequence[tuple[float, str, str]] = ()  # of a second bar under the first, both half as high


@dataclass(frozen=True)
class Row:
    y: float
    name: str
    value: str
    boxes: list[Box]


@dataclass(frozen=True)
class Rows:
    size: Size
    height: int
    rows: list[Row]
    right: float


def nice_top(largest: float) -> float:
    """The least of 4, 8, 12, 16, 20, 40, 60, 80, 100, 120 … that holds `most`: the ticks between are whole."""
    if largest <= 2 * TICKS:
        return TICKS if largest <= TICKS else 2 * TICKS
    unit = 10 ** max(ceil(log10(largest)) - 2, 0)
    return next(float(step * unit) for step in (12, 16, 20, 40, 60, 80, 100) if step * unit >= largest)


def tick_text(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:g}"


def line_plane(
    series: Sequence[Series], slots: Sequence[str], unit: str, size: Size, shaded: Mapping[int, str] | None = None
) -> Plane:
    """`shaded`: places of slots → why they are drawn on a ground of their own."""
    largest = max((value for one in series for value in one.values if value is not None), default=0)
    top = nice_top(largest)
    lines = [_line(one, f"s{number}", slots, top, size) for number, one in enumerate(series, start=1)]
    step = (size.width - LEFT - RIGHT) / max(len(slots), 1)
    boxes = [
        Box(_r(LEFT + place * step), MARGIN_TOP, _r(step), size.height - BOTTOM - MARGIN_TOP, "shaded", text)
        for place, text in (shaded or {}).items()
    ]
    return _plane(top, slots, unit, size, lines=lines, boxes=boxes)


def column_plane(series: Sequence[Series], slots: Sequence[str], unit: str, size: Size) -> Plane:
    """Columns, one a slot, with the series on top of each other."""
    sums = [sum(one.values[place] or 0 for one in series) for place in range(len(slots))]
    top = nice_top(max(sums, default=0))
    wide = min(36.0, (size.width - LEFT - RIGHT) / max(len(slots), 1) * 0.7)
    boxes = []
    for place, slot in enumerate(slots):
        below = 0.0
        for number, one in enumerate(series, start=1):
            value = one.values[place] or 0
            if value:
                y, height = _y(below + value, top, size), _y(below, top, size) - _y(below + value, top, size)
                x = _x(place, len(slots), size) - wide / 2
                boxes.append(
                    Box(_r(x), _r(y), _r(wide), _r(height), f"f{number}", labelled(slot, f"{one.name} {value:,.2f}"))
                )
                below += value
    return _plane(top, slots, unit, size, boxes=boxes)


def bar_rows(bars: Sequence[Bar], size: Size) -> Rows:
    """The name stands above its bar, so that it may be as long as the drawing is wide."""
    widths = [sum(value for value, _kind, _text in parts) for bar in bars for parts in (bar.parts, bar.below)]
    largest = max(widths, default=0) or 1
    rows = [_row(bar, number, largest, size) for number, bar in enumerate(bars)]
    return Rows(size, len(bars) * _ROW + 4, rows, size.width - 2)


_ROW, _BAR = 40, 14


def _row(bar: Bar, number: int, largest: float, size: Size) -> Row:
    y, boxes = number * _ROW + 16.0, []
    height = _BAR / 2 if bar.below else _BAR
    for top, parts in ((y + 6, bar.parts), (y + 6 + height, bar.below)):
        x = 2.0
        for value, kind, text in parts:
            width = (size.width - 4) * value / largest
            if width:
                boxes.append(Box(_r(x), top, _r(max(width, 1.5)), height, kind, text))
            x += width
    letters = int((size.width - 20) / 7) - _width(bar.value)
    return Row(y, clip(bar.name, letters), bar.value, boxes)


def clip(text: str, letters: int) -> str:
    """As much as fits into `room` Latin letters; a Chinese one takes two."""
    width = 0
    for place, letter in enumerate(text):
        width += _width(letter)
        if width > letters:
            return text[: max(place - 1, 1)] + "…"
    return text


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _plane(
    top: float, slots: Sequence[str], unit: str, size: Size, lines: Sequence[Line] = (), boxes: Sequence[Box] = ()
) -> Plane:
    values = [top * n / TICKS for n in range(TICKS + 1)]
    ticks = [Mark(LEFT - 8, _y(value, top, size), tick_text(value)) for value in values]
    every = max(1, ceil(len(slots) / size.labels))
    last = len(slots) - 1
    labelled = [n for n in range(len(slots)) if (last - n) % every == 0]
    labels = [Mark(_x(n, len(slots), size), size.height - 8, slots[n]) for n in labelled]
    floor_ = _y(0, top, size)
    return Plane(size, unit, floor_, size.width - RIGHT, LEFT, ticks, labels, list(lines), list(boxes))


def _line(one: Series, kind: str, slots: Sequence[str], top: float, size: Size) -> Line:
    """A gap where nothing was measured; dots where there is room for them, and where one stands alone."""
    path, dots, drawing, roomy = [], [], False, len(slots) * 16 <= size.width
    for place, value in enumerate(one.values):
        if value is None:
            drawing = False
            continue
        x, y = _x(place, len(slots), size), _y(value, top, size)
        path.append(f"{'L' if drawing else 'M'}{x} {y}")
        alone = not drawing and (place + 1 == len(slots) or one.values[place + 1] is None)
        if roomy or alone:
            dots.append(Mark(x, y, labelled(slots[place], f"{one.name} {_text(value)}")))
        drawing = True
    return Line(kind, " ".join(path), dots)


def _text(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _x(place: int, count: int, size: Size) -> float:
    """The middle of the slot."""
    step = (size.width - LEFT - RIGHT) / max(count, 1)
    return _r(LEFT + step * (place + 0.5))


def _y(value: float, top: float, size: Size) -> float:
    return _r(size.height - BOTTOM - (size.height - BOTTOM - MARGIN_TOP) * value / top)


def _r(value: float) -> float:
    return round(value, 1)
