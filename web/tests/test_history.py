"""A row's history in words."""

from kernel.actors import KIND_LABELS, KINDS


def test_every_kind_of_actor_has_a_word():
    assert set(KIND_LABELS) == set(KINDS)
