"""The links above a list by which its reader filters it: tabs and chips."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class FilterLink:
    """`current`: this filter is on. `count`: the rows that the list has with it, None where it is not shown."""

    label: str
    url: str
    current: bool
    count: int | None = None


def filter_url(query: Mapping[str, str], **changes: str) -> str:
    """The same list with some filters changed and all others kept; "" takes a filter out.

    The position in the list is no filter, so it starts from the first page."""
    # A bare "?" and not "": an empty href would keep the present query.
    return f"?{urlencode({name: value for name, value in {**query, **changes}.items() if value})}"
