"""The one font of the document: it has Latin and Chinese, and what is used of it is embedded in the file."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "WenQuanYi Micro Hei"
# Breaks of a line anywhere are right for Chinese, and wrong for words.
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


@cache
def _font() -> Any:
    """Read once a process, in about 0.2 s."""
    path = files("paperang_p2_fonts_cjk").joinpath("fonts/wqy-microhei.ttc")
    font = TTFont(FONT, str(path), subfontIndex=0)
    pdfmetrics.registerFont(font)
    return font


def register() -> None:
    _font()


def printable(text: str) -> str:
    """A character that the font does not have is named by its number: an empty box would hide that it is there."""
    glyphs = _font().face.charToGlyph
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n"))
    return "".join(char if char == "\n" or ord(char) in glyphs else f"[U+{ord(char):04X}]" for char in text)


def has_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None
