"""The tools around the code."""

from pathlib import Path

import polib
import pytest

from config import checks
from scripts import layout, translations


def catalogue(folder: Path, *entries: polib.POEntry) -> Path:
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    made.extend(entries)
    made.save(str(folder / "django.po"))
    translations.compile_(folder / "django.po")
    return folder / "django.po"


def test_a_full_catalogue_is_clean(tmp_path: Path) -> None:
    entries = [polib.POEntry(msgid="Wait %(minutes)d minutes", msgstr="请等待 %(minutes)d 分钟")]
    assert translations.faults(catalogue(tmp_path, *entries)) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Approve", msgstr=""), "not translated: 'Approve'"),
        (polib.POEntry(msgid="Approve", msgstr="同意", flags=["fuzzy"]), "fuzzy: 'Approve'"),
        (polib.POEntry(msgid="Pay %(sum)s", msgstr="支付 %(amount)s"), "other placeholders: 'Pay %(sum)s'"),
        (polib.POEntry(msgid="Pay %(sum)s", msgstr="支付"), "other placeholders: 'Pay %(sum)s'"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, entry: polib.POEntry, fault: str) -> None:
    assert fault in translations.faults(catalogue(tmp_path, entry))


def test_a_stale_compilation_is_a_fault(tmp_path: Path) -> None:
    path = catalogue(tmp_path, polib.POEntry(msgid="Approve", msgstr="同意"))
    catalogue_ = polib.pofile(str(path))
    catalogue_[0].msgstr = "批准"
    catalogue_.save()
    assert translations.faults(path) == ["django.mo is not what django.po says: run `make messages`."]


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("<li>", []),
        ('  <a href="x">Orders</a>, <b>2</b> of them', []),
        ("{# Beside a <div> of its own. #}", []),
        ("<div><p>", ["1: <p> does not begin its line"]),
        ("{% if open %}<section>", ["1: <section> does not begin its line"]),
        ("Name <input>", ["1: <input> does not begin its line"]),
    ],
)
def test_a_box_begins_its_line(line: str, faults: list[str]) -> None:
    assert list(layout.late_elements(line)) == faults


def test_a_line_has_at_most_120_columns() -> None:
    assert list(layout.long_lines(f"{'x' * 120}\n{'x' * 121}")) == ["2: 121 columns, 120 at most"]


@pytest.mark.parametrize(
    ("name", "text", "laid_out"),
    [
        ("a.css", "a, b { margin: 0; padding: 0 }", "a,\nb {\n  margin: 0;\n  padding: 0\n}\n"),
        ("a.js", "f({ a: 1 }); if (a) {\nb()\n}", "f({ a: 1 });\nif (a) {\n  b()\n}\n"),
    ],
)
def test_a_declaration_or_a_statement_a_line(tmp_path: Path, name: str, text: str, laid_out: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert list(layout.faults_of(path)) == ["1: not laid out; `make format` does it"]
    assert layout.laid_out(path, text) == laid_out
    path.write_text(laid_out)
    assert list(layout.faults_of(path)) == []


def test_both_state_machines_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.one_state_machine(None) == []
    monkeypatch.setattr(checks, "_installed", lambda name: True)
    assert [error.id for error in checks.one_state_machine(None)] == ["config.E001"]
