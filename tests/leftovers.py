"""What a person reads on a page, and what of it is left over from the other language."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

HAN = "\u3400-\u9fff"
# Stands for a name, whatever its language: only what is around it is looked at.
NAME = "\ufffc"
READ_OUT = ("aria-label", "title", "alt", "placeholder")
TYPED = {"script", "style", "textarea"}
# <bdi>: where Django prints how a password is stored.
NAMES = {"bdi", "code", "kbd"}
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}

# Addresses, files, numbers of orders and parcels, SKUs, amounts, times, what is masked.
CODES = re.compile(
    r"https?://\S*|[\w.+-]+@[\w.-]+\w|[\w…]*\.(crt|csv|xlsx)\b|\b[A-Z][A-Z0-9]*(-[A-Z0-9]+)+\b|\w*\*\*+\w*|"
    r"\b[A-Za-z-]*\d[\w-]*([.,:×]\d+)*( (cm|mm|kg|W|L|m)\b)?"
)
# Written so in a Chinese text too: formats and units, and what has no other name.
AS_THEY_ARE = frozenset({
    "API", "CSV", "PDF", "SKU", "JPEG", "PNG", "WebP", "MB", "EMS", "CNY", "ID", "AppID", "Stripe", "Webhook",
})  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
_SPACE = re.compile(rf"[{HAN}]\s+[{HAN}]|[，。；：！？、）]\s+[{HAN}（]")
_HALF_WIDTH = re.compile(rf"[{HAN}]\s*[,;:!?.(](?![\d#])|[{HAN}{NAME}]\s*[,;!?](?!\d)|[,;:!?()]\s*[{HAN}]")


class _Reader(HTMLParser):
    """Collects what is written between two tags, and what is read out of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.language = self.language or given.get("lang", "")
        foreign = given.get("lang", self.language) != self.language or given.get("translate") == "no"
        passed_over = self._passed_over() or foreign or tag in TYPED | NAMES
        if not passed_over:
            self.texts += [given[name] for name in READ_OUT if given.get(name)]
        if tag not in EMPTY:
            self.open.append((tag, passed_over))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _passed_over in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._passed_over():
            self.texts.append(" ".join(data.split()))

    def _passed_over(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def texts(page: str) -> Iterator[str]:
    """Everything on the page that is said to be in its language: not <code>, and not what is marked as another's."""
    reader = _Reader()
    reader.feed(page)
    yield from dict.fromkeys(reader.texts)


def names(words: Iterable[str]) -> "re.Pattern[str]":
    """What people and programs wrote, the longest first: it is in whatever language they speak."""
    chosen = sorted({" ".join(word.split()) for word in words if word.strip()}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in chosen) or "(?!)")


def in_chinese(text: str, known: "re.Pattern[str]") -> str:
    """What is wrong with a text of a Chinese page; empty where nothing is. `known`: see `names`."""
    plain = CODES.sub(NAME, known.sub(NAME, text))
    words = [word for word in _WORD.findall(plain) if word not in AS_THEY_ARE]
    if words:
        return "English: " + " ".join(words)
    if _SPACE.search(plain):
        return "a space between two characters"
    return "half-width punctuation" if _HALF_WIDTH.search(plain) else ""


def in_english(text: str, known: "re.Pattern[str]") -> str:
    found = re.findall(rf"[{HAN}，。；：！？、（）]+", CODES.sub(NAME, known.sub(NAME, text)))
    return "Chinese: " + " ".join(found) if found else ""
