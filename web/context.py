"""What a template gets."""

from typing import Any, NotRequired, TypedDict

from django.utils.functional import Promise

Text = str | Promise
# Names as the template uses them. Django's own context processors add to it, so its values have no common type.
Context = dict[str, Any]


class Tile(TypedDict):
    """A counter above a list: what it counts, and the query that shows just those rows."""

    label: Any
    count: int
    url: str
    selected: bool
    tone: NotRequired[str]
