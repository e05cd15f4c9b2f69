"""Writes the verb tables of docs/states.md from the machines themselves: `python -m scripts.states [--check]`."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def rows(model: type) -> Iterator[str]:
    from kernel.machine import allowed_actors, transition_names

    yield "| verb | from | to | who | holds |"
    yield "|---|---|---|---|---|"
    for name in transition_names(model):
        transitions = getattr(model, name)._django_fsm.transitions
        first = next(iter(transitions.values()))
        targets = getattr(first.target, "allowed_states", None) or [first.target]
        guards = ", ".join(f"`{guard.__name__}`" for guard in first.conditions) or "–"
        who = ", ".join(sorted(allowed_actors(model, name)))
        yield f"| `{name}` | {_codes(transitions)} | {_codes(dict.fromkeys(targets))} | {who} | {guards} |"


def _codes(states: dict[str, object]) -> str:
    return " ".join(f"`{state}`" for state in dict.fromkeys(str(s.value if hasattr(s, "value") else s) for s in states))


def render(page: str) -> str:
    from django.apps import apps

    def table(match: re.Match[str]) -> str:
        body = "\n".join(rows(apps.get_model(match[1])))
        return f"<!-- machine: {match[1]} -->\n{body}\n<!-- end -->"

    return re.sub(r"<!-- machine: (\S+) -->.*?<!-- end -->", table, page, flags=re.S)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    page = PAGE.read_text(encoding="utf-8")
    fresh = render(page)
    if "--check" in sys.argv:
        if fresh != page:
            print("docs/states.md is not what the machines say: run `python -m scripts.states`.", file=sys.stderr)
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
