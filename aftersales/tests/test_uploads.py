"""What uploads may cost, and that nothing of them is left behind."""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from aftersales import pictures, uploads
from aftersales.models import Evidence
from aftersales.services import evidence as services
from kernel.errors import DomainError
from kernel.jobs import job
from tests.checkout import Checkout
from tests.processes import database_url
from tests.world import NOW, World
from web.api.throttles import Throttle

from .desk_api import ROOT, ApiDesk, code, file, files_in, picture

URL = f"{ROOT}evidence/"
START = 1_800_000_000.0  # the first second of an hour
Send = Callable[..., Any]


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    known = Throttle.THROTTLE_RATES | {"upload": "3/min", "upload_megapixels": "1/hour"}
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", known)
    return known


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def set_to(at: float) -> None:
        monkeypatch.setattr(time, "time", lambda: at)

    set_to(START)
    return set_to


@pytest.fixture
def send(apidesk: ApiDesk) -> Send:
    def send(content: bytes | None = None, who: str = "alice", **headers: str) -> Any:
        return apidesk.api(who).post(URL, {"file": file(content)}, format="multipart", headers=headers)

    return send


def test_files_a_minute(send: Send, rates: dict[str, str | None], clock: Callable[[float], None]) -> None:
    assert [send().status_code for _ in range(2)] == [201, 201]
    assert send(b"no picture").status_code == 415, "a refused one counts as well"
    told = send()
    assert (*code(told), told["Retry-After"]) == (429, "throttled", "61")
    assert "Wait 61 seconds" in told.json()["message"]
    assert send(who="bob").status_code == 201
    for at, status in ((59, 429), (60, 201), (61, 201)):
        clock(START + at)
        assert send().status_code == status


def test_megapixels_an_hour_are_counted_before_they_are_decoded(
    send: Send, rates: dict[str, str | None], clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rates["upload"] = None
    large, small = picture((1000, 900), "PNG", "1"), picture((400, 250), "PNG", "1")
    assert send(large).status_code == 201
    assert send(small).status_code == 201, "one megapixel in all"
    monkeypatch.setattr(pictures, "_written_anew", lambda image: pytest.fail("decoded"))
    told = send(small)
    assert (*code(told), told["Retry-After"]) == (429, "throttled", "3601")
    assert "Wait 61 minutes, or send smaller ones" in told.json()["message"]
    monkeypatch.undo()
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", rates)
    for at, status in ((3599, 429), (3600, 201), (3601, 201)):
        clock(START + at)
        assert send(small).status_code == status


def test_a_key_does_not_undo_what_a_refused_picture_cost(
    send: Send, rates: dict[str, str | None], clock: Callable[[float], None]
) -> None:
    damaged = picture((1000, 1000), "PNG")[:-200]
    assert send(damaged, **{"Idempotency-Key": "1"}).status_code == 400
    assert send(damaged, **{"Idempotency-Key": "2"}).status_code == 429


def test_a_picture_that_waits_too_long_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures.TURNS, "wait", 0)
    with pictures.TURNS.turn(), pytest.raises(DomainError) as told:
        pictures.clean(picture())
    assert (told.value.http_status, told.value.code) == (429, "throttled")
    assert pictures.clean(picture()).media_type == "image/jpeg"


def test_the_demo_is_not_counted(world: World, rates: dict[str, str | None], settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    for _ in range(5):
        services.upload(world.alice, file(), kind="photo", now=NOW, limited=False)


def test_a_refused_form_takes_its_files_along(apidesk: ApiDesk, tmp_path: Path, transactional_db: None) -> None:
    rows = [services.upload(apidesk.world.alice, file(), kind="photo", now=NOW)]
    with pytest.raises(DomainError), services.kept_unless_refused(rows):
        raise DomainError("no")
    assert files_in(tmp_path) == []
    assert not Evidence.objects.exists()


# --- files without a row ---------------------------------------------------------------------------------


@pytest.fixture
def orphan(apidesk: ApiDesk, tmp_path: Path) -> Callable[[timedelta], Path]:
    """A file without a row, written so long before now; and two that have theirs."""
    services.upload(apidesk.world.alice, file(), kind="photo", now=NOW)

    def write(age: timedelta) -> Path:
        path = tmp_path / "evidence" / "lost.jpg"
        path.write_bytes(picture())
        at = (NOW - age).timestamp()
        os.utime(path, (at, at))
        return path

    return write


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("more", "gone"), [(-SECOND, False), (0 * SECOND, False), (SECOND, True)])
def test_a_file_without_a_row_goes_after_a_day(orphan: Callable[..., Path], more: timedelta, gone: bool) -> None:
    path = orphan(uploads.GRACE + more)
    assert job("purge_files").run(NOW, True).done == gone
    assert path.exists()
    assert job("purge_files").run(NOW, False).done == gone
    assert path.exists() is not gone
    assert len(list(path.parent.iterdir())) == 2 + (not gone)
    assert job("purge_files").run(NOW, False).done == 0


def test_nothing_is_deleted_where_most_files_are_unknown(orphan: Callable[..., Path]) -> None:
    """The folder of another database."""
    path = orphan(uploads.GRACE + SECOND)
    Evidence.objects.all().delete()
    outcome = job("purge_files").run(NOW, False)
    assert (outcome.done, outcome.skipped) == (0, 1)
    assert path.exists()


def test_an_empty_storage(apidesk: ApiDesk) -> None:
    assert job("purge_files").run(NOW, False).done == 0


KILLED = """
import os, signal, sys
import django; django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from accounts.models import User
from aftersales.models import Evidence
from aftersales.services import evidence
Evidence.save = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
photo = SimpleUploadedFile("x.jpg", open(sys.argv[1], "rb").read())
evidence.upload(User.objects.get(username="alice"), photo, kind="photo", now=timezone.now())
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_between_file_and_row(
    world: World, checkout: Checkout, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    alice: User = world.alice
    services.upload(alice, file(), kind="photo", now=timezone.now())
    sent = tmp_path / "sent.jpg"
    sent.write_bytes(picture())
    environ = {"DATABASE_URL": database_url(), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    killed = checkout.run("-c", KILLED, str(sent), DJANGO_SETTINGS_MODULE="config.settings", **environ)
    assert killed.returncode == -9, killed.stdout
    assert len(files_in(settings.MEDIA_ROOT)) == 4
    assert Evidence.objects.count() == 1
    now: datetime = timezone.now()
    assert job("purge_files").run(now, False).done == 0
    assert job("purge_files").run(now + uploads.GRACE + timedelta(minutes=1), False).done == 2
    row = Evidence.objects.get()
    assert sorted(files_in(settings.MEDIA_ROOT)) == sorted(Path(str(f.name)).name for f in (row.file, row.thumbnail))
    cache.clear()
