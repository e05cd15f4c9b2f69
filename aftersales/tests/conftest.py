from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import Login
from tests.world import NOW, World

from .desk_api import ApiDesk


@pytest.fixture
def apidesk(world: World, api: Login, settings: Any, tmp_path: Path, time_machine: Any) -> ApiDesk:
    """A desk over HTTP at the time of the world, with a media folder of its own."""
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)
    return ApiDesk(world, api)
