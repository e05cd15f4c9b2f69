"""No translated sentence is stored: what the system writes down is a code, put into words when it is read, because the
reader's language is not the writer's. Each `gettext` call is followed into what writes,
through the functions of its module.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

TRANSLATORS = {"gettext", "ngettext", "pgettext", "npgettext"}
# What stores its arguments: rows, their history and what hangs on it.
WRITERS = {
    "create", "update", "update_or_create", "get_or_create", "bulk_create", "begin", "advance", "advance_many",
    "record", "record_change", "post_message", "add_remark", "add_note", "remark",
}  # fmt: skip
NOT_OURS = {"dict", "set", "headers", "context"}


def modules() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        # A form and a page speak to their reader, and store nothing.
        if not {"tests", "migrations", ".venv", "var", "journeys", "bench"} & set(parts):
            yield path


def _name(call: ast.Call) -> str:
    func = call.func
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _names_in(nodes: list[ast.expr]) -> set[str]:
    return {node.id for each in nodes for node in ast.walk(each) if isinstance(node, ast.Name)}


def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _writes(call: ast.Call, writers: set[str]) -> bool:
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        # `errors.update(…)` fills a dictionary.
        return _name(call) in writers and (_name(call) != "update" or call.func.value.id not in NOT_OURS | {"errors"})
    return _name(call) in writers


def stored(source: str) -> list[int]:
    """The lines on which a translated sentence is given to what stores it."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in TRANSLATORS
    }
    if not aliases:
        return []
    writers, found = _with_helpers(tree), []
    for function in _functions(tree):
        words = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and _translated([node.value], aliases)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _writes(node, writers):
                given = _arguments(node)
                if _translated(given, aliases) or _names_in(given) & words:
                    found.append(node.lineno)
    return sorted(set(found))


def _with_helpers(tree: ast.AST) -> set[str]:
    """Also the functions of the module that pass a parameter on to what writes."""
    writers, before = set(WRITERS), 0
    while len(writers) > before:
        before = len(writers)
        for function in _functions(tree):
            parameters = {each.arg for each in [*function.args.args, *function.args.kwonlyargs]} & {
                "text", "note", "reason", "error", "message", "words", "title", "label", "refused",
            }  # fmt: skip
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _writes(node, writers) and _names_in(_arguments(node)) & parameters:
                    writers.add(function.name)
    return writers


def _translated(nodes: list[ast.expr], aliases: set[str]) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in aliases
        for each in nodes
        for node in ast.walk(each)
    )


def test_no_translated_sentence_is_stored() -> None:
    found = {str(path): lines for path in modules() if (lines := stored(path.read_text(encoding="utf-8")))}
    assert found == {}


IMPORT = "from django.utils.translation import gettext as _\n"


@pytest.mark.parametrize(
    "body",
    [
        "def f(row): post_message(row, text=_('Proof.'), actor=a)",
        "def f(row):\n    error = _('No %s.') % row\n    return g(row, error)\n"
        "def g(row, error=''): Row.objects.update(last_error=error[:240])",
        "def f(row): advance(row.close, note=_('Late.'))",
    ],
)
def test_the_search_finds_what_was_stored_before(body: str) -> None:
    assert stored(IMPORT + body)


def test_the_search_leaves_refusals_alone() -> None:
    assert not stored(
        IMPORT + "def f(row, note):\n    if not note: raise Invalid(_('Say why.'))\n    advance(row, note=note)"
    )
