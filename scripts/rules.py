"""`python -m scripts.rules`: fills in docs/rules.md where each rule that code or tests cite is kept; `--check` for CI.

A citation is a rule's code in a comment or a docstring (S-043, B-01, F-2, D-4 art. 10, E-6; A18 and F16 are cases of
the reliability list). The sentences of the page are written by hand, its last column by this script.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
APPS = (
    "kernel", "web", "accounts", "orders", "refunds", "logistics", "aftersales", "demo", "reports", "storefront",
    "desk", "devserver", "config", "tests", "examples", "journeys", "bench",
)  # fmt: skip
CODE = re.compile(r"\b(?:S-\d{3}|B-\d{2}|D-\d(?: art\. ?\d+)?|E-\d{1,2}|F-\d{1,2}|[AF][1-9]\d?)\b(?![-\w])")
SPAN = re.compile(r"\b(S-|B-|F-|[AF])(\d{1,3})…(?:S-|B-|F-|[AF])?(\d{1,3})\b")
ROW = re.compile(r"^\| `(?P<code>[^`]+)` \| (?P<rule>.*) \| (?P<law>[^|]*) \| (?P<where>[^|]*) \|$")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 unless the page is what the code cites")
    options = parser.parse_args()
    faults, text = render(PAGE.read_text(encoding="utf-8"), citations())
    if not options.check:
        PAGE.write_text(text, encoding="utf-8")
    elif text != PAGE.read_text(encoding="utf-8"):
        faults.append("the column of places is old: run python -m scripts.rules")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


def render(page: str, cited: dict[str, set[str]]) -> tuple[list[str], str]:
    """The faults of the page, one line each, and the page with its last column filled in."""
    lines, listed = [], []
    for line in page.splitlines():
        row = ROW.match(line)
        if row and row["code"] != "code":
            listed.append(row["code"])
            places = ", ".join(f"`{place}`" for place in sorted(cited.get(row["code"], set())))
            line = f"| `{row['code']}` | {row['rule']} | {row['law']} | {places} |"
        lines.append(line)
    faults = [f"{code} is cited but not listed" for code in sorted(cited.keys() - set(listed))]
    faults += [f"{code} is listed but cited nowhere" for code in sorted(set(listed) - cited.keys())]
    faults += [f"{code} is listed twice" for code in sorted({code for code in listed if listed.count(code) > 1})]
    return faults, "\n".join(lines) + "\n"


def citations() -> dict[str, set[str]]:
    """Rule code → the folders whose modules cite it ("aftersales/rules", "tests")."""
    cited: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        place = path.parent.relative_to(ROOT).as_posix()
        for text in remarks(path.read_text(encoding="utf-8")):
            for code in codes(text):
                cited[code].add(place)
    return cited


def codes(text: str) -> set[str]:
    """Every rule code in a remark; a span such as "F-2…F-9" names all between."""
    named = {code.replace("art.1", "art. 1") for code in CODE.findall(text)}
    for prefix, first, last in SPAN.findall(text):
        named |= {f"{prefix}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)}
    return named


def sources() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def remarks(source: str) -> Iterator[str]:
    """Comments and docstrings: where people cite rules. Other strings are data ("E-1001" is an order number)."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


if __name__ == "__main__":
    main()
