"""Every text that is to be translated is found by xgettext: what translates goes by a name that it knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from scripts.translations import NOT_OURS

ROOT = Path(settings.BASE_DIR)


def modules() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*.py")):
        if not {".venv", "migrations", *NOT_OURS} & set(path.relative_to(ROOT).parts):
            yield path


def unknown_names(source: str) -> list[str]:
    """Names of translating functions that no text is collected by: `gettext as _t` and its like. `_` is known."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports if node.module == "django.utils.translation" for name in node.names]
    return [name.asname for name in names if "gettext" in name.name and name.asname not in (None, "_")]


def test_every_translator_goes_by_a_known_name() -> None:
    found = {str(path): names for path in modules() if (names := unknown_names(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("line", ["gettext as _t", "ngettext as _n", "gettext_lazy as lazy"])
def test_an_unknown_name_is_noticed(line: str) -> None:
    assert unknown_names(f"from django.utils.translation import {line}") == [line.split()[-1]]
