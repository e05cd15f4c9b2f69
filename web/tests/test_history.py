"""A row's history in words."""

from kernel.actors import KINDS
from web.admin.history import ACTORS


def test_every_kind_of_actor_has_a_word():
    assert set(ACTORS) == set(KINDS)
