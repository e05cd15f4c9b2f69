"""Addresses of tabs and chips."""

import pytest

from ..filter_links import filter_url


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "?type=repair&search=a+%26+b"),
        ({"stage": "closed"}, "?type=repair&search=a+%26+b&stage=closed"),
        ({"type": ""}, "?search=a+%26+b"),
        ({"type": "exchange"}, "?type=exchange&search=a+%26+b"),
        ({"type": "", "search": ""}, "?"),
    ],
)
def test_what_is_not_changed_is_kept(changes: dict[str, str], url: str) -> None:
    assert filter_url({"type": "repair", "search": "a & b", "stage": ""}, **changes) == url
