"""Names in product code are the field's words (docs/glossary.md): none of the words that were once private to us."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = (
    "kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "reports", "storefront", "desk",
    "devserver", "config",
)  # fmt: skip

# Private as a name and as a part of one ("may_say", "GoodsDoor").
WORDS = frozenset({
    "door", "doors", "ring", "rings", "rung", "ringing", "told", "untold", "hint", "hints", "weigh", "piece",
    "pieces", "wanted", "talk", "say", "says", "said", "standing", "outlook", "spot", "walk", "walks", "onward",
    "spell", "spells", "room", "rooms", "books", "yuan", "looked",
})  # fmt: skip
# Private only as a whole name: inside another name they are the field's ("not_found", "open_quantity", "top_bar").
NAMES = frozenset({
    "held", "open", "taken", "let_go", "print_", "moves", "arrival", "found", "given", "more", "whole", "few",
    "way", "ways", "shown", "kept", "verb_names", "push_on", "world", "LONG", "TOP", "SHOWN", "KEPT",
})  # fmt: skip
CLASSES = frozenset({
    "Piece", "Wanted", "Spot", "Walk", "Spell", "Spells", "Told", "Said", "Found", "Waiting", "Standing",
    "ReadyText",
})  # fmt: skip
# A type hint; the key of an answer; what libraries call so.
FIELD = frozenset({"hint", "most_units", "most_common"})


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def private(name: str) -> bool:
    """Is this name, or a part of it, one of the words that are no longer used?"""
    bare = name.strip("_")
    if name in FIELD or bare in FIELD:
        return False
    if re.match(r"_?(MOST|LONGEST|LARGEST|SHOWN|KEPT|LOOKED)(_|$)", name):
        return True
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower().split("_")
    return bool({name, bare} & (NAMES | CLASSES)) or bool(WORDS & set(parts))


def modules() -> list[Path]:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return sorted(path for path in paths if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_names_are_the_fields_words(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [f"line {line}: {name}" for line, name in names(tree) if private(name)] == []


@pytest.mark.parametrize("name", ["told_at", "MOST", "_found", "MOST_ROWS", "Spot", "GoodsDoor", "may_say", "print_"])
def test_a_private_word_is_noticed(name: str) -> None:
    assert private(name)


@pytest.mark.parametrize("name", ["open_quantity", "foundation", "not_found", "NotFound", "retry_after", "Shop"])
def test_the_fields_words_are_not(name: str) -> None:
    assert not private(name)
