"""What one person may upload (docs/files.md): files a minute, and megapixels an hour, because a file of a few KiB may
cost seconds to decode; and what they may let us ask. Counted in the cache, which no refusal rolls back."""

import time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.errors import Throttled

from ..api.throttles import Throttle

FILES, PIXELS = "upload", "upload_megapixels"
MEGAPIXEL = 1_000_000
# A table is read line by line and unpacked: as dear as that many pixels a byte.
PIXELS_A_BYTE = 10


def count_file(user_id: int) -> None:
    """429 with the next file of a minute that has had its share."""
    wait = _beyond(FILES, user_id, 1, unit=1)
    if wait:
        text = _("Too many files at once. Wait %(seconds)d seconds and send the rest.") % {"seconds": wait}
        raise Throttled(text, wait)


def count_pixels(user_id: int, pixels: int) -> None:
    """429 before a picture is decoded that is beyond the share of this hour."""
    wait = _beyond(PIXELS, user_id, max(1, pixels // 1000), unit=MEGAPIXEL // 1000)
    if wait:
        text = ngettext(
            "You have sent very many large pictures. Wait %(n)d minute, or send smaller ones.",
            "You have sent very many large pictures. Wait %(n)d minutes, or send smaller ones.",
            -(-wait // 60),
        )
        raise Throttled(text % {"n": -(-wait // 60)}, wait)


def count_table(user_id: int, size: int) -> None:
    count_file(user_id)
    count_pixels(user_id, size * PIXELS_A_BYTE)


def may_ask(what: str, user_id: int | None, *, times: int, seconds: int) -> bool:
    """One more question that a person lets us ask somebody else. False too where the cache does not count: such a
    question is one that a page can do without."""
    return 1 <= Throttle.count(f"ask:{what}:u{user_id}", seconds) <= times


def _beyond(scope: str, user_id: int, amount: int, *, unit: int) -> int:
    """Seconds until the window ends where this passes the limit of the scope, else 0."""
    throttle = Throttle()
    limit, duration = throttle.parse_rate(throttle.THROTTLE_RATES.get(scope))
    if limit is None or duration is None:
        return 0
    window = int(time.time() // duration)
    if Throttle.count(f"throttle:{scope}:u{user_id}:{window}", duration, amount) <= limit * unit:
        return 0
    return int(duration - time.time() % duration) + 1
