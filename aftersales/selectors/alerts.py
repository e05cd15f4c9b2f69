"""Keyword recognition (S-151): finds descriptions that name another service than the one applied for."""

from django.db.models import Q

from ..models import Keyword
from ..states import RETURN_TYPES, Alert


def alerts_for(type_: str, description: str, shop_id: int) -> list[str]:
    """`keyword_mismatch` where the text has a keyword of another type and none of its own."""
    # S-151 is about the types that buyers confuse: return, exchange and repair.
    if type_ not in RETURN_TYPES or not description.strip():
        return []
    text = description.casefold()
    rows = Keyword.objects.filter(Q(shop_id=shop_id) | Q(shop__isnull=True)).values_list("type", "word")
    # Without word boundaries, because Chinese text has none.
    spoken = {of for of, word in rows if word.casefold() in text}
    # A text that names the chosen type as well is no contradiction.
    return [Alert.KEYWORD_MISMATCH.value] if spoken and type_ not in spoken else []
