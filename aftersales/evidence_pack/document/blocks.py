"""What the document is made of: headings, paragraphs, tables of two columns and lists."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape

from django.utils.text import capfirst
from django.utils.translation import ngettext
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Image, LongTable, Paragraph, Spacer, Table

from .font import FONT, has_chinese, printable

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
# Rows of one list in the document; all of them are in `evidence.json`.
MAX_ROWS = 500
PREVIEW = 28 * mm
_LABEL = 42 * mm
_BLANK_LINES = re.compile(r"\n{3,}")
# Of a cell as narrow as that of a note, at 8.5 points.
_LINE_CHARACTERS, _CELL_LINES, _CELL_CHARACTERS = 16, 50, 640
_SIZES = {"title": 16, "heading": 12, "part": 10, "body": 8.5, "small": 7}
_RULES = [
    # Of the table, whatever its cells are: else it names Helvetica, which is not embedded.
    ("FONTNAME", (0, 0), (-1, -1), FONT),
    ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
]
_HEADER = [("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.grey)]


@cache
def _style(kind: str, chinese: bool) -> ParagraphStyle:
    size = _SIZES[kind]
    above = {"heading": 10, "part": 6}.get(kind, 0)
    return ParagraphStyle(
        f"{kind}{chinese}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        spaceBefore=above,
        spaceAfter=3 if above or kind == "title" else 0,
        keepWithNext=bool(above),
        wordWrap="CJK" if chinese else None,
    )


def text(value: object, kind: str = "body") -> Paragraph:
    """Of any characters: markup of the writer's is shown as it is."""
    content = printable(str(value))
    return Paragraph(escape(content).replace("\n", "<br/>"), _style(kind, has_chinese(content)))


def heading(value: object) -> Paragraph:
    return text(value, "heading")


def gap() -> Spacer:
    return Spacer(0, 2 * mm)


def pairs(rows: Iterable[tuple[object, object]]) -> list[Any]:
    """Label and value; what is empty is left out."""
    cells = [
        [text(capfirst(str(label)) if number == 0 else ""), text(part)]
        for label, value in rows
        if value not in ("", None)
        for number, part in enumerate(parts(str(value)))
    ]
    if not cells:
        return []
    table = Table(cells, colWidths=[_LABEL, WIDTH - _LABEL], style=_RULES, splitInRow=1, hAlign="LEFT")
    return [table, gap()]


def listing(header: Sequence[object], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> list[Any]:
    """`widths`: parts of the width. A cell may be a part of a document already. Of many rows the first ones."""
    if not rows:
        return []
    cells, printed = [[text(capfirst(str(name)), "small") for name in header]], 0
    while printed < len(rows) and len(cells) <= MAX_ROWS:
        cells += _lines(rows[printed])
        printed += 1
    total = sum(widths)
    columns = [WIDTH * width / total for width in widths]
    table = LongTable(cells, colWidths=columns, style=_RULES + _HEADER, repeatRows=1, splitInRow=1, hAlign="LEFT")
    return [table, *_left_out(len(rows) - printed), gap()]


def _lines(row: Sequence[object]) -> list[list[Any]]:
    """One row, or several where a text does not fit on a page."""
    columns = [[value] if isinstance(value, Image) else parts(str(value)) for value in row]
    return [[_cell(value) for value in values] for values in zip_longest(*columns, fillvalue="")]


def _cell(value: object) -> Any:
    return value if isinstance(value, Image) else text(value)


def parts(written: str) -> list[str]:
    """Of a text, what fits into a cell on one page: reportlab would measure all of it anew for each page."""
    result: list[list[str]] = [[]]
    height = 0
    for line in _BLANK_LINES.sub("\n\n", written).split("\n"):
        for start in range(0, max(len(line), 1), _CELL_CHARACTERS):
            segment = line[start : start + _CELL_CHARACTERS]
            lines = 1 + len(segment) // _LINE_CHARACTERS
            if height + lines > _CELL_LINES and result[-1]:
                result.append([])
                height = 0
            result[-1].append(segment)
            height += lines
    return ["\n".join(part) for part in result]


def _left_out(left: int) -> list[Any]:
    if left <= 0:
        return []
    sentence = ngettext("%(n)d more is in evidence.json.", "%(n)d more are in evidence.json.", left)
    return [text(sentence % {"n": left}, "small")]


def picture(jpeg: bytes) -> Image:
    image = Image(io.BytesIO(jpeg), kind="proportional", width=PREVIEW, height=PREVIEW)
    image.hAlign = "LEFT"
    return image


def moment(at: str | None) -> str:
    """Of an answer: "2026-03-02 10:00"."""
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}" if at else ""
