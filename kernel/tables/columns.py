"""Which column is which: their names, other names for them, and the row that names them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TITLES = 30  # rows that may stand above the header
_REMARK = re.compile(r"\((元|件|个|必填|选填|可选|required|optional)\)")
_OF_NO_MEANING = re.compile(r"[\s*_\-.:/#'\"()\[\]\u200b-\u200d\u2060\ufeff]")


def squeezed(name: str) -> str:
    """One spelling of a column's name: “* Order No.” and “order_no” are the same."""
    text = unicodedata.normalize("NFKC", name).lower()
    return _OF_NO_MEANING.sub("", _REMARK.sub("", text))


@dataclass(frozen=True)
class Columns:
    """`also`: name → other names of it, as people write them; `needed`: without these it is no such table."""

    names: tuple[str, ...]
    needed: tuple[str, ...]
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _by_spelling: dict[str, str] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.names:
            self._by_spelling.update(dict.fromkeys(map(squeezed, self.also.get(name, ())), name))
        self._by_spelling.update({squeezed(name): name for name in self.names})

    def name_of(self, cell: str) -> str:
        """Empty where it is not known."""
        return self._by_spelling.get(squeezed(cell), "")

    def known(self, row: Iterable[str]) -> int:
        return len({name for cell in row if (name := self.name_of(cell))})

    def known_in(self, rows: Iterable[Iterable[str]]) -> int:
        return max((self.known(row) for row in rows), default=0)

    def find(self, rows: Sequence[Sequence[str]]) -> int:
        """The place of the row that names most columns; the first one where none names two (one where one is
        needed)."""
        best, most = 0, min(len(self.needed), 2) - 1
        for place, row in enumerate(rows):
            if (known := self.known(row)) > most:
                best, most = place, known
        return best

    def listed(self, names: Iterable[str] = ()) -> str:
        """The columns with their other names, for a person."""
        chosen = tuple(names) or self.names
        return "; ".join(f"{name} ({', '.join(self.also[name])})" if self.also.get(name) else name for name in chosen)
