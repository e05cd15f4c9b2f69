"""The tools around the code."""

from pathlib import Path

import polib
import pytest

from config import checks
from scripts import translations


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


def test_both_state_machines_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.one_state_machine(None) == []
    monkeypatch.setattr(checks, "_installed", lambda name: True)
    assert [error.id for error in checks.one_state_machine(None)] == ["config.E001"]
