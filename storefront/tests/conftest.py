"""What the tests of the buyer's pages share. `world` and `sit` are of the whole project (`tests/`)."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import Sit
from tests.desk import Desk
from tests.world import World


@pytest.fixture
def now(world: World) -> datetime:
    """The real time, for the people of the test too: the pages themselves read the clock."""
    world.now = timezone.now()
    return world.now


@pytest.fixture
def stock(world: World) -> None:
    """Enough on the shelf to exchange what was bought."""
    world.sku("TEE", on_hand=9)


@pytest.fixture
def desk(world: World) -> Desk:
    """Who applies, decides and helps, all at the time of the world."""
    desk = Desk(world)
    desk.now = world.now
    return desk


@pytest.fixture
def alice(sit: Sit) -> Client:
    """The buyer of the orders, logged in."""
    return sit("alice")
