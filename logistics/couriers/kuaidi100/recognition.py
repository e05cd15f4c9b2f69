"""Whose a number is (智能单号识别, protocols §4.4): a list of couriers, or an object that says why there is none."""

from typing import Any

from ..port import CourierError, Fault
from ..reading import rows_of, text_of
from . import codes

HOME = "https://www.kuaidi100.com/autonumber/auto"
NO_NUMBER = "201"
# The key is unknown, or has no right to ask: not as in answers about parcels, where 701 is of the courier.
_KEY = frozenset({"503", "600", "601", "701"})


def couriers_of(answer: Any) -> tuple[str, ...]:
    """Raises CourierError."""
    if isinstance(answer, dict):
        code = codes.code_of(answer)
        if code == NO_NUMBER:
            return ()
        text = f"kuaidi100 {code}: {text_of(answer.get('message'))[:200]}"
        if code in _KEY:
            raise CourierError(text, Fault.KEY, retry_after=codes.LATER)
        raise CourierError(text, Fault.DOWN)
    if not isinstance(answer, list):
        raise CourierError("the answer is no list", Fault.DOWN)
    names = (str(row.get("comCode")) for row in rows_of(answer))
    return tuple(dict.fromkeys(codes.CODES[name] for name in names if name in codes.CODES))
