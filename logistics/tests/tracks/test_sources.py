"""What holds for every source of traces alike, connected as an installation does: the port, and no name of a source."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from fakes.launched import Launched
from kernel.calls import Deadline
from logistics import couriers
from logistics.courier_settings import SOURCES
from logistics.couriers import CourierError, Fault
from logistics.models import Parcel, ParcelEvent, Tracking
from logistics.tracks.ask import ask_couriers
from tests.world import World

from .conftest import sent

pytestmark = pytest.mark.django_db
ROOT = Path(django_settings.BASE_DIR)
NOT_INSTALLED = ("fakes", "faults", "journeys", "bench")


@pytest.fixture
def fake(launched: Launched) -> Any:
    return launched.server


def test_it_is_subscribed_once_and_nothing_is_asked(world: World, fake: Any, clock: list[datetime]) -> None:
    sent(world, "YT1", courier="圆通速递")
    for _ in range(2):
        ask_couriers(clock[0], False)
    assert (list(fake.subscriptions), fake.asked["YT1"]) == (["YT1"], 0)


def test_it_is_asked_for_until_it_arrives(
    world: World, fake: Any, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(couriers.get()), "pushes", False)
    parcel = sent(world, "YT1")
    while (row := Tracking.objects.get()).next_at is not None:
        clock[0] = max(clock[0], row.next_at)
        ask_couriers(clock[0], False)
    assert Parcel.objects.get(pk=parcel.pk).status == "delivered"
    assert (fake.asked["YT1"], ParcelEvent.objects.filter(parcel=parcel).count()) == (4, 4)


@pytest.mark.parametrize(
    ("number", "fault"),
    [("UNKNOWN1", "courier"), ("PHONE1", "phone"), ("KEY1", "key"), ("HTML1", "down"), ("CUT1", "down")],
)
def test_the_same_fault_of_the_same_number(fake: Any, number: str, fault: str) -> None:
    with pytest.raises(CourierError) as raised:
        couriers.get().trace(courier="sf", tracking_no=number, phone="", deadline=Deadline.after(5))
    assert raised.value.fault == Fault(fault)


def test_only_the_address_of_the_connected_one_is_there(launched: Launched, fake: Any) -> None:
    name = couriers.get().name
    assert {source: Client().post(f"/notify/{source}/").status_code for source in SOURCES} == {
        source: 400 if source == name else 404 for source in SOURCES
    }


def test_two_at_once_are_none(launched: Launched, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("KUAIDI100_KEY", "KDNIAO_APP_KEY"):
        setattr(settings, name, getattr(settings, name) or "another key of us")
    couriers.connect(couriers.Manual())
    couriers.connect_configured(settings)
    assert couriers.get().codes == frozenset()
    assert "kuaidi100 and kdniao are both set up" in caplog.text


def test_no_source_is_named_outside_its_folder() -> None:
    """But in settings, and where addresses are registered."""
    named = re.compile("|".join(SOURCES), re.IGNORECASE)
    may = {"logistics/courier_settings.py", "logistics/tracks/urls.py", "config/channel_settings.py"}
    of_development = {"devserver/fake_channels.py"}
    apps = [path for path in ROOT.iterdir() if (path / "__init__.py").exists() and path.name not in NOT_INSTALLED]
    modules = {path for app in apps for path in app.rglob("*.py") if "tests" not in path.parts}
    names = {str(path.relative_to(ROOT)) for path in modules if named.search(path.read_text(encoding="utf-8"))}
    assert {name for name in names if not name.startswith("logistics/couriers/")} <= may | of_development
