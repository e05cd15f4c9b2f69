"""The bar of long commands: on standard error, none for what is quick, one for what takes longer than two seconds."""

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import tqdm.std
from django.core.management import call_command

from kernel.progress import SOON, progress
from tests.world import World

# {FOLDER} is one of the test's own, with a year of holidays in it.
COMMANDS = {
    "audit_money": [],
    "run_due": ["--dry-run"],
    "import_holidays": ["{FOLDER}/holidays.csv"],
    "export_person": ["alice", "{FOLDER}/alice.zip"],
}
HOLIDAYS = "name_zh,name_en,first,last\n春节,Spring Festival,2027-02-05,2027-02-12\n"


class Clock:
    """What the bar reads the time from; every reading is `step` seconds after the one before."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], StringIO]:
    def at_pace(step: float) -> StringIO:
        err = StringIO()
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(tqdm.std, "time", Clock(step))
        return err

    return at_pace


def worked(err: StringIO) -> str:
    with progress(3, label="rows", unit="rows", after=SOON) as bar:
        for _ in range(3):
            bar.update()
    return err.getvalue()


def test_what_is_quick_shows_no_bar(screen: Callable[[float], StringIO]) -> None:
    assert worked(screen(0.001)) == ""


def test_what_takes_longer_than_two_seconds_does_and_ends_full(screen: Callable[[float], StringIO]) -> None:
    shown = worked(screen(11.0))
    assert "rows:" in shown
    assert "3.00/3.00" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_may_take_long_show_it(
    command: str, screen: Callable[[float], StringIO], capsys: Any, world: World, tmp_path: Path
) -> None:
    (tmp_path / "holidays.csv").write_text(HOLIDAYS, encoding="utf-8")
    arguments = [one.replace("{FOLDER}", str(tmp_path)) for one in COMMANDS[command]]
    err = screen(0.001)
    call_command(command, *arguments)
    assert "%|" not in err.getvalue()
    err = screen(11.0)
    call_command(command, *arguments)
    assert "100%" in err.getvalue()
    assert "%|" not in capsys.readouterr().out
