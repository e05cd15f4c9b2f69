"""Texts that are kept in both languages, because shops write them and no catalogue translates them."""

from collections.abc import Iterable

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language


def reads_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def pick(chinese: str, english: str) -> str:
    """The reader's language; the other one where nothing is written in it."""
    return chinese or english if reads_chinese() else english or chinese


def picked_sql(column: str) -> str:
    """The same for hand-written SQL, with the parameter `zh` (`reads_chinese`)."""
    by_reader = f"CASE WHEN NOT %(zh)s THEN nullif({column}_en, '') END"
    return f"coalesce({by_reader}, nullif({column}, ''), {column}_en)"


def picked(column: str) -> Coalesce:
    """`pick` of a column and its `…_en`, in SQL."""
    chinese, english = column, f"{column}_en"
    first, second = (chinese, english) if reads_chinese() else (english, chinese)
    return Coalesce(NullIf(F(first), Value("")), F(second))


def labelled(label: object, value: object) -> str:
    return f"{label}：{value}" if reads_chinese() else f"{label}: {value}"


def paragraph(*texts: object) -> str:
    """One after the other, the empty ones left out; what ends without a stop, because a person wrote it, gets one."""
    stop, space = ("。", "") if reads_chinese() else (".", " ")
    written = [text.strip() for each in texts if (text := str(each)).strip()]
    return space.join(text if text.rstrip("”’\"')）")[-1:] in "。！？….!?" else text + stop for text in written)


def enumerated(words: Iterable[object]) -> str:
    return ("、" if reads_chinese() else ", ").join(map(str, words))
