"""Fetch and authorise in one query: 404 both for what does not exist and for what is not the caller's."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from .errors import Conflict, NotFound
from .languages import enumerated

M = TypeVar("M", bound=Model)
MAX_SHOPS = 20  # that a refusal names


def get_or_not_found(rows: "QuerySet[M]", **key: object) -> M:
    """`key` may be anything that a URL can hold: what no column can hold is not found either."""
    try:
        return rows.get(**key)
    except (ObjectDoesNotExist, ValueError, OverflowError):
        raise NotFound() from None


class SeveralShops(Conflict):
    """409: rows of several shops have this number; `details.shops` are their codes."""

    def __init__(self, shops: list[str]) -> None:
        super().__init__(
            _("Several shops use this number: %(shops)s. Choose one with ?shop=.") % {"shops": enumerated(shops)},
            details={"shops": shops},
        )


def get_by_number(rows: "QuerySet[M]", *, shop: str = "", **number: str) -> M:
    """The one of `rows`, what the caller may see, with this number (`order_no=…`). A number is unique in a shop.

    `shop`: the code that chooses between several shops. 404 where there is none, 409 where there is more than one.
    """
    if shop:
        rows = rows.filter(shop__code=shop)
    try:
        # Bounded: support sees every shop, and a number such as “1” may exist in hundreds of them.
        matches = list(rows.filter(**number)[:MAX_SHOPS]) or _as_typed(rows, number)
    except (ValueError, OverflowError):  # a number that no column holds
        raise NotFound() from None
    if not matches:
        raise NotFound()
    if len(matches) > 1:
        raise SeveralShops(sorted(match.shop.code for match in matches))  # type: ignore[attr-defined]
    return matches[0]


def _as_typed(rows: "QuerySet[M]", number: dict[str, str]) -> list[M]:
    """Where nothing has the number to the letter: without width, case, blanks and hyphens. Two rows of one shop that
    only differ in these are both found by their own spelling alone."""
    matches = list(rows.filter(**{f"{name}__same_number": text for name, text in number.items()})[:MAX_SHOPS])
    shops = [match.shop_id for match in matches]  # type: ignore[attr-defined]
    return [match for match in matches if shops.count(match.shop_id) == 1]  # type: ignore[attr-defined]
