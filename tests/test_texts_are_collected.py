"""Every text that is to be translated is found by xgettext: what translates goes by a name that it knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import DateField
from django.utils import translation

from scripts.translations import NOT_OURS

ROOT = Path(settings.BASE_DIR)
TRANSLATORS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def modules() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*.py")):
        if not {".venv", "migrations", *NOT_OURS} & set(path.relative_to(ROOT).parts):
            yield path


def unknown_names(source: str) -> list[str]:
    """Names of translating functions that no text is collected by: `gettext as _t` and its like. `_` is known."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports if node.module == "django.utils.translation" for name in node.names]
    return [name.asname for name in names if "gettext" in name.name and name.asname not in (None, "_")]


def in_f_strings(source: str) -> list[int]:
    """Lines of texts that xgettext passes over: it does not read what is called inside an f-string."""
    f_strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    calls = [call for node in f_strings for call in ast.walk(node) if isinstance(call, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in TRANSLATORS]


def test_no_text_is_inside_an_f_string() -> None:
    found = {str(path): lines for path in modules() if (lines := in_f_strings(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_a_text_inside_an_f_string_is_noticed() -> None:
    assert in_f_strings("f\"{_('%(n)d refunded.') % {'n': 1}} {more}\"") == [1]


def test_every_translator_goes_by_a_known_name() -> None:
    found = {str(path): names for path in modules() if (names := unknown_names(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("line", ["gettext as _t", "ngettext as _n", "gettext_lazy as lazy"])
def test_an_unknown_name_is_noticed(line: str) -> None:
    assert unknown_names(f"from django.utils.translation import {line}") == [line.split()[-1]]


def test_no_state_and_no_amount_is_called_like_a_time() -> None:
    """English says "sent" of a state and of a time; Chinese does not, so the two are apart by their context."""
    ends = "时间"
    with translation.override("zh-hans"):
        fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
        choices = {str(label) for field in fields for _value, label in field.flatchoices}
        others = {str(field.verbose_name) for field in fields if not isinstance(field, DateField)}
        times = {str(field.verbose_name) for field in fields if isinstance(field, DateField)}
    assert [label for label in sorted(choices | others) if label.endswith(ends)] == []
    assert {"寄出时间", "付款时间", "人工结清时间", "异议时间"} <= times
