"""Evidence services: no row without its files, no file without its row, nothing kept for ever."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from aftersales.models import Evidence
from aftersales.services import evidence as services
from kernel.errors import DomainError
from tests.world import NOW

from .desk_api import ApiDesk, file, files_in


def test_a_row_that_fails_leaves_no_file(apidesk: ApiDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(Evidence, "save", refuse)
    with pytest.raises(RuntimeError):
        services.upload(apidesk.world.alice, file(), kind="photo", now=NOW)
    assert files_in(tmp_path) == []


def test_a_full_disk_leaves_no_row(apidesk: ApiDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = FileSystemStorage._save  # type: ignore[attr-defined]

    def full(self: Any, name: str, content: Any) -> str:
        if "small" in name:
            raise OSError(28, "No space left on device")
        return str(write(self, name, content))

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(DomainError) as refusal:
        services.upload(apidesk.world.alice, file(), kind="photo", now=NOW)
    assert (refusal.value.http_status, refusal.value.code) == (503, "unavailable")
    assert files_in(tmp_path) == []
    assert not Evidence.objects.exists()


def test_what_nobody_used_is_forgotten(apidesk: ApiDesk) -> None:
    apidesk.photo()
    week = NOW + services.UNUSED_RETENTION
    assert services.sweep(week, False).done == 0
    later = week + timedelta(seconds=1)
    assert services.sweep(later, True).done == 1
    assert Evidence.objects.exists()
    assert services.sweep(later, False).done == 1
    assert not Evidence.objects.exists()
