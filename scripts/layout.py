"""How templates, style sheets and scripts are laid out. `--check`: for CI; without it the files are written anew.

Templates are the work of djangofmt, style sheets and scripts of cssbeautifier and jsbeautifier. What these leave to the
author is only checked: lines of at most 120 columns, and in templates a block or a control at the start of its line.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cssbeautifier
import jsbeautifier

ROOT = Path(__file__).resolve().parent.parent
DJANGOFMT = Path(sys.executable).parent / "djangofmt"
COLUMNS = 120
# Elements that are a box of their own. The others (`a`, `b`, `span`, …) may also stand within a line of text.
OWN_LINE = (
    "address article aside blockquote body button caption dd details dialog div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 head header html img input label legend li main nav ol optgroup option p section select"
    " summary svg table tbody td textarea tfoot th thead tr ul"
)
_BEGINS_LATE = re.compile(rf"\S.*?<({'|'.join(OWN_LINE.split())})\b")
_COMMENT = re.compile(r"\{#.*?#\}")


def faults_of(path: Path) -> Iterator[str]:
    """One line a fault, beginning with the number of the line. What djangofmt finds it says itself."""
    text = path.read_text()
    if path.suffix == ".html":
        yield from late_elements(text)
    elif laid_out(path, text) != text:
        yield "1: not laid out; `make format` does it"
    yield from long_lines(text)


def late_elements(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := _BEGINS_LATE.search(_COMMENT.sub("", line)):
            yield f"{number}: <{found[1]}> does not begin its line"


def long_lines(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS:
            yield f"{number}: {len(line)} columns, {COLUMNS} at most"


def style_sheet(text: str) -> str:
    """One declaration and one selector a line."""
    options = cssbeautifier.default_options()
    options.indent_size = 2
    options.end_with_newline = options.preserve_newlines = options.space_around_combinator = True
    options.newline_between_rules = False
    return str(cssbeautifier.beautify(text, options))


def script(text: str) -> str:
    """One statement a line; where a long one is broken stays as it was written."""
    options = jsbeautifier.default_options()
    options.indent_size = 2
    options.end_with_newline = True
    options.brace_style = "collapse,preserve-inline"  # else short objects lose their one line
    return str(jsbeautifier.beautify(text, options))


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def assets() -> list[Path]:
    """Our own: what is vendored comes minified."""
    found = [*ROOT.glob("static/*.css"), *ROOT.glob("static/*.js"), *ROOT.glob("journeys/*.js")]
    return sorted(path for path in found if not path.stem.endswith(".min"))


def laid_out(path: Path, text: str) -> str:
    return style_sheet(text) if path.suffix == ".css" else script(text)


def write() -> bool:
    djangofmt("check", "--fix", "templates")
    djangofmt("templates")
    for path in assets():
        path.write_text(laid_out(path, path.read_text()))
    return check()


def check() -> bool:
    """Whether nothing is wrong; what is goes to the terminal."""
    faults = [f"{path.relative_to(ROOT)}:{fault}" for path in [*templates(), *assets()] for fault in faults_of(path)]
    for fault in faults:
        print(fault)
    return all([djangofmt("check", "templates"), djangofmt("--check", "templates"), not faults])


def djangofmt(*arguments: str) -> bool:
    return subprocess.run([DJANGOFMT, *arguments], cwd=ROOT).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where something is not laid out")
    if not (check() if parser.parse_args().check else write()):
        sys.exit(1)


if __name__ == "__main__":
    main()
