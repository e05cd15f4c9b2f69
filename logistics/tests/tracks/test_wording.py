"""What the desk says of following a parcel, in each state of it."""

from datetime import datetime

import pytest
from django.utils import translation

from fakes.kuaidi100.server import Fake
from kernel.actors import COURIER
from logistics.couriers.kuaidi100.adapter import Kuaidi100
from logistics.models import Parcel
from logistics.services import create_parcel, report
from logistics.tracks.ask import ask_couriers
from logistics.tracks.wording import following
from tests.browser import Sit
from tests.world import World

from .conftest import sent

pytestmark = pytest.mark.django_db


def words(parcel: Parcel) -> str:
    with translation.override("en"):
        return following(Parcel.objects.get(pk=parcel.pk))


def test_each_state(world: World, kuaidi100: Kuaidi100, fake: Fake, clock: list[datetime]) -> None:
    parcel, other, unknown = sent(world, "YT1"), sent(world, "X1", courier="Uncle Wang"), sent(world, "UNKNOWN1")
    assert "reported by people" in words(other)
    assert "from the next minute" in words(parcel)
    ask_couriers(clock[0], False)
    assert "No news yet" in words(parcel)
    assert "doesn't know this number" in words(unknown)
    row = parcel.tracking
    type(row).objects.filter(pk=row.pk).update(heard_at=clock[0])
    assert "Last asked or told" in words(parcel)
    report(parcel, status="delivered", actor=COURIER, now=clock[0])
    ask_couriers(clock[0], False)
    type(row).objects.filter(pk=row.pk).update(next_at=None)
    assert words(parcel) == "Not followed any more."


@pytest.mark.parametrize("number", ["YT 1", "later"])
def test_why_it_is_not_followed(world: World, kuaidi100: Kuaidi100, number: str) -> None:
    order = sent(world, "YT1").order
    parcel = create_parcel(order, "return", courier="yto", tracking_no=number, units={}, actor=COURIER, now=world.now)
    assert "no number, or one that another parcel of the order has" in words(parcel)


def test_the_desk_shows_it(world: World, kuaidi100: Kuaidi100, sit: Sit) -> None:
    page = sit("mei").get(f"/admin/logistics/parcel/{sent(world, 'YT1').pk}/change/", headers={"accept-language": "en"})
    assert "from the next minute on" in page.content.decode()
