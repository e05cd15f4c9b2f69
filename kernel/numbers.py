"""Numbers: our own (a prefix, the day and ten random digits: not guessable, short enough to read out), what is no
number of anybody's, and when two are the same."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Field, Func, Lookup
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Seen by nobody, and so in no number: marks of format, fillers, variation selectors.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_APART = re.compile(r"[\s\u002d\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+")

SHORTEST_BEGINNING = 3  # characters by which numbers are looked for


def new_number(prefix: str, now: datetime) -> str:
    # `secrets`, because the output of `random` can be predicted from numbers seen before.
    return f"{prefix}{timezone.localtime(now):%y%m%d}{secrets.randbelow(10**10):010d}"


def trimmed(text: str) -> str:
    """Without what nobody sees; blanks of any width are blanks."""
    return re.sub(r"[^\S\x00-\x1f\x7f-\x9f]+", " ", _INVISIBLE.sub("", text)).strip(" ")


def fault_of(number: str, *, in_address: bool = False) -> str | Promise:
    """Why a trimmed number is none, or an empty text. `in_address`: it becomes a part of addresses (order no., SKU)."""
    if not number.isprintable() or "\ufffd" in number:  # which stands for bytes that were no text
        return _("Use printable characters only.")
    plain = unicodedata.normalize("NFKC", number)
    if in_address and ("/" in plain or plain in (".", "..")):
        return _("Don't use “/”, because this becomes part of a URL.")
    return ""


def comparable(number: str) -> str:
    """As numbers are compared: width, case, blanks and hyphens do not matter. `number_key()` in the database."""
    plain = _APART.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", number)))
    # Letter by letter, as the database does: `str.lower` looks at what is around (ΟΔΟΣ), and makes two of one (İ).
    return "".join(letter.lower()[:1] for letter in plain)


def printed(numbers: Iterable[str]) -> set[str]:
    """How numbers of ours that were typed in any way are printed: in capitals, without blanks and hyphens."""
    return {comparable(number).upper() for number in numbers}


class NumberKey(Func):
    """`comparable` of a column, by the function that the database indexes."""

    function = "number_key"
    arity = 1


class SameNumber(Lookup):
    """`order_no__same_number=…`: the same as printed or typed. `__same_number_in` takes several."""

    lookup_name = "same_number"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"number_key({lhs}) = number_key(%s)", (*lhs_params, self.rhs)


class SameNumberIn(Lookup):
    lookup_name = "same_number_in"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        keys = sorted({comparable(number) for number in self.rhs})
        return f"number_key({lhs}) = ANY(%s::text[])", (*lhs_params, keys)


class BeginsNumber(Lookup):
    """`order_no__begins_number=…`: its beginning, as printed or typed, or the whole. Fewer than SHORTEST_BEGINNING
    characters begin half of all numbers and are only taken as a whole. An index of the key needs `text_pattern_ops`."""

    lookup_name = "begins_number"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        operator, text = _beginning(self.rhs, comparable(self.rhs))
        return f"number_key({lhs}) {operator} %s", (*lhs_params, text)


class BeginsPrinted(Lookup):
    """`ticket_no__begins_printed=…`: the same for numbers of ours, asked in their one spelling by their own index."""

    lookup_name = "begins_printed"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        operator, text = _beginning(self.rhs, comparable(self.rhs).upper())
        return f"{lhs} {operator} %s", (*lhs_params, text)


def _beginning(typed: str, key: str) -> tuple[str, str]:
    if len(trimmed(typed)) < SHORTEST_BEGINNING or not key:
        return "=", key
    return "LIKE", re.sub(r"([\\%_])", r"\\\1", key) + "%"


class HoldsNumber(Lookup):
    """`order_no__holds_number=…`: a part of it, as printed or typed."""

    lookup_name = "holds_number"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"position(number_key(%s) in number_key({lhs})) > 0", (self.rhs, *lhs_params)


for _lookup in (SameNumber, SameNumberIn, BeginsNumber, BeginsPrinted, HoldsNumber):
    Field.register_lookup(_lookup)
