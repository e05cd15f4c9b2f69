"""Every page in the states that no link leads to: as accessible, as well formed and as narrow as when it is opened."""

from pathlib import Path

import pytest

from .checks import faults_of, rested
from .conftest import DESK, Open
from .programs import Programs
from .states import WALKS

LOCALES = ("zh-CN", "en")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("walk", WALKS)
def test_every_state(open_as: Open, programs: Programs, tmp_path: Path, walk: str, locale: str) -> None:
    name, states = WALKS[walk]
    page = open_as(name, width=DESK, locale=locale, bypass_csp=True)
    faults: list[str] = []
    for state in states(page, programs, tmp_path):
        faults += [f"{state}: {fault}" for fault in faults_of(page)]
        rested(page)
    assert faults == []
