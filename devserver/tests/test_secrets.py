"""The secrets that `make run` makes for itself, and keeps."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from devserver import local


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(local, "VAR", tmp_path)
    monkeypatch.setattr(local, "RUN_FILE", tmp_path / "run.json")
    monkeypatch.setattr(local, "under_test", lambda: False)
    return tmp_path


def test_they_are_made_once(folder: Path) -> None:
    local.ensure()
    first = local.defaults()
    local.write(local.fresh())
    assert local.defaults() == first
    assert stat.S_IMODE((folder / "run.json").stat().st_mode) == 0o600
    Fernet(first["SECRETS_KEYS"])  # raises where it is no key


def test_a_folder_of_an_older_version_gets_the_one_that_is_missing(folder: Path) -> None:
    local.write({"DJANGO_SECRET_KEY": "as it was"})
    fresh = local.fresh()
    assert fresh["DJANGO_SECRET_KEY"] == "as it was"
    Fernet(fresh["SECRETS_KEYS"])
