"""Texts and their translations. `--extract`: collect new texts (needs gettext) and compile; `--check`: for CI.

The .mo files are committed, because gettext is not on every machine; polib compiles them in pure Python.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NOT_OURS = ("var", "tests", "docs", "bench", "journeys", "examples", "scripts", "staticfiles")


def extract(catalogue: Path) -> None:
    """makemessages where gettext exists; elsewhere the catalogue stays as it is and is only compiled."""
    if shutil.which("xgettext"):
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        makemessages = [
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale=zh_Hans",
            "--no-location",
            "--no-obsolete",
        ]
        ignored = [f"--ignore={pattern}" for name in NOT_OURS for pattern in (f"{name}/*", f"*/{name}/*")]
        subprocess.run([*makemessages, *ignored], cwd=ROOT, check=True)
    else:
        print("gettext is not installed: no new texts were collected.", file=sys.stderr)


def compile_(catalogue: Path) -> None:
    polib.pofile(str(catalogue)).save_as_mofile(str(catalogue.with_suffix(".mo")))


def faults(catalogue: Path) -> list[str]:
    """One line a fault: not translated, fuzzy, placeholders that differ, or a .mo older than its .po."""
    if not catalogue.exists():
        return [f"{catalogue} is missing: run `make messages`."]
    entries = [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]
    found = [f"not translated: {entry.msgid!r}" for entry in entries if not entry.fuzzy and not entry.translated()]
    found += [f"fuzzy: {entry.msgid!r}" for entry in entries if entry.fuzzy]
    found += [f"other placeholders: {entry.msgid!r}" for entry in entries if not _same_placeholders(entry)]
    compiled = catalogue.with_suffix(".mo")
    if not compiled.exists() or _texts(polib.mofile(str(compiled))) != _texts(entries):
        found.append(f"{compiled.name} is not what {catalogue.name} says: run `make messages`.")
    return found


def missing(catalogue: Path) -> list[str]:
    """Texts in the code that the catalogue does not know. Needs gettext; without it, nothing is said."""
    if not shutil.which("xgettext") or not catalogue.exists():
        return []
    before = catalogue.read_bytes()
    try:
        known = {entry.msgid for entry in polib.pofile(str(catalogue))}
        extract(catalogue)
        fresh = {entry.msgid for entry in polib.pofile(str(catalogue)) if not entry.obsolete}
    finally:
        catalogue.write_bytes(before)
    return [f"not in the catalogue: {text!r}" for text in sorted(fresh - known)]


def _texts(entries: "list[polib.POEntry] | polib.MOFile") -> set[tuple[str, str]]:
    return {
        (entry.msgid, entry.msgstr or str(entry.msgstr_plural))
        for entry in entries
        if entry.msgstr or entry.msgstr_plural
    }


def _same_placeholders(entry: polib.POEntry) -> bool:
    import re

    names = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    given = set(names.findall(entry.msgid)) | set(names.findall(entry.msgid_plural or ""))
    for text in [entry.msgstr, *entry.msgstr_plural.values()]:
        if text and not set(names.findall(text)) <= given:
            return False
        if text and not entry.msgid_plural and set(names.findall(text)) != given:
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extract", action="store_true", help="collect texts, then compile")
    parser.add_argument("--check", action="store_true", help="exit 1 unless everything is translated and compiled")
    options = parser.parse_args()
    if options.extract:
        extract(CATALOGUE)
    if not options.check:
        compile_(CATALOGUE)
    found = faults(CATALOGUE) + (missing(CATALOGUE) if options.check else [])
    for fault in found:
        print(fault)
    if options.check and found:
        sys.exit(1)


if __name__ == "__main__":
    main()
