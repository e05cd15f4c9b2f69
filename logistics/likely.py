"""Whose a number is that somebody types: by its look, and where that decides nothing by what the source of traces says.

The source is asked seldom and shortly, and a page never depends on it: one deadline, nobody behind a source that is
down, each number once a day, a few questions a person and minute, and few at once, so that the threads of a process
are free for other work. What it says is a proposal: a person decides.
"""

import hashlib
import logging
import re
import threading
from dataclasses import dataclass
from functools import cache as once

from django.core.cache import cache
from django.utils.translation import gettext as _

from kernel.calls import Deadline
from kernel.languages import enumerated
from kernel.numbers import comparable
from kernel.watch.breaker import Breaker
from web.limits import may_ask

from . import couriers
from .couriers import CourierError, Fault, Recogniser, guess, label
from .numbers import no_number

SECONDS = 2.0  # of a question
REST = 60.0  # seconds after a failure; where the key is refused, as long as the source says
STORED_SECONDS = 24 * 3600  # seconds
MINUTE, A_MINUTE = 60, 6  # questions of a person
AT_ONCE = threading.BoundedSemaphore(2)  # of a process
STORE = Breaker()
# Shorter ones are being typed; what has other letters belongs to no courier that a source knows.
_WHOLE = re.compile(r"[A-Z0-9]{10,32}", re.ASCII)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Likely:
    """`codes`: of `couriers.COURIERS`, likeliest first. `by_look`: our own rules say so, and nobody was asked."""

    codes: tuple[str, ...] = ()
    by_look: bool = False

    @property
    def only(self) -> str:
        """The one that can be filled in; empty where there is none, or a choice."""
        return self.codes[0] if len(self.codes) == 1 else ""

    @property
    def words(self) -> str:
        """What a page says of it where it is a choice, or nobody has agreed to it; empty where nobody knows."""
        names = {"couriers": enumerated([label(code) for code in self.codes])}
        if self.only:
            return (
                _("By the number it's %(couriers)s. Send it again if that's right, or choose another courier.") % names
            )
        return _("By the number it may be %(couriers)s. Choose the courier.") % names if self.codes else ""


def likely(tracking_no: str, *, user_id: int | None) -> Likely:
    """Empty where nobody knows, was asked too often or does not answer. `user_id`: who types it."""
    if code := guess(tracking_no):
        return Likely((code,), by_look=True)
    source, number = couriers.recogniser(), comparable(tracking_no).upper()
    if source is None or not _WHOLE.fullmatch(number) or no_number(number):
        return Likely()
    return Likely(_from_source(source, number, user_id))


def _from_source(source: Recogniser, number: str, user_id: int | None) -> tuple[str, ...]:
    if not STORE.allows():
        return ()
    key = f"likely:{source.name}:{hashlib.sha256(number.encode()).hexdigest()}"
    try:
        known: tuple[str, ...] | None = cache.get(key)
        allowed = known is None and may_ask("likely", user_id, times=A_MINUTE, seconds=MINUTE)
        codes = _ask(source, number) if allowed else None
        if codes is not None:
            cache.set(key, codes, STORED_SECONDS)
    except Exception as error:  # a dead cache costs the proposal, not the page
        STORE.failed()
        log.warning("no proposal of a courier: %s", error)
        return ()
    STORE.succeeded()
    return known or codes or ()


@once
def breaker_of(source: str) -> Breaker:
    """One account of a source is connected in a process."""
    return Breaker(rest=REST)


def _ask(source: Recogniser, number: str) -> tuple[str, ...] | None:
    """None: there was no answer."""
    if not AT_ONCE.acquire(blocking=False):
        return None
    breaker = breaker_of(source.name)
    try:
        if not breaker.allows():
            return None
        codes = source.recognise(tracking_no=number, deadline=Deadline.after(SECONDS))
    except CourierError as error:
        breaker.rest = error.retry_after.total_seconds() if error.retry_after else REST
        breaker.failed()
        log.log(logging.ERROR if error.fault == Fault.KEY else logging.WARNING, "whose a number is: %s", error)
        return None
    finally:
        AT_ONCE.release()
    breaker.succeeded()
    return codes
