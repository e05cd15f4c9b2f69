"""Who did something, in the buyer's words."""

import pytest
from django.utils.translation import override

from kernel.actors import KINDS
from storefront.people import person


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("buyer", "You"),
        ("merchant", "Lantern"),
        ("integration", "Lantern"),
        ("support", "Platform support"),
        ("gateway", "Payment channel"),
        ("courier", "Courier"),
        ("clock", "Automatically"),
        ("rule", "Automatically"),
        ("arbiter", "Platform arbitration"),
        ("guest", "Visitor"),
        ("agent", "Software agent"),
    ],
)
def test_a_word_for_each(kind, word):
    with override("en"):
        assert person(kind, "Lantern") == word


def test_no_kind_of_actor_is_without_a_word():
    with override("zh-hans"):
        words = {kind: person(kind, "灯笼店") for kind in KINDS}
    assert all(words.values())
    assert not set(words.values()) & set(KINDS)
