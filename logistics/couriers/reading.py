"""What sources of traces write, read in one place: JSON, rows, texts, times and numbers."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kernel.calls import Deadline, NoAnswer
from kernel.calls.http import Answer, Http
from kernel.numbers import fault_of, trimmed

from .port import CourierError, Fault, PushRefused, Scan

BEIJING = ZoneInfo("Asia/Shanghai")


def answer_of(http: Http, url: str, form: Mapping[str, str], deadline: Deadline) -> Mapping[str, Any]:
    """The fields of what is answered to a form. Raises CourierError where there is no answer, or none of the source's:
    a page of a proxy, say."""
    fields = _json(lambda: http.post(url, form=form, deadline=deadline))
    if not isinstance(fields, dict):
        raise CourierError("the answer has no fields", Fault.DOWN)
    return fields


def read_at(http: Http, url: str, params: Mapping[str, str], deadline: Deadline) -> Any:
    """The JSON at an address. Raises as `answer_of`."""
    return _json(lambda: http.send("GET", url, params=params, headers={}, deadline=deadline))


def _json(call: Callable[[], Answer]) -> Any:
    try:
        answer = call()
    except NoAnswer as error:
        raise CourierError(f"no answer: {error}", Fault.DOWN) from None
    if answer.status != 200:
        raise CourierError(f"HTTP {answer.status}", Fault.DOWN)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise CourierError("the answer is not JSON", Fault.DOWN) from None


def content_of(signed: str) -> Mapping[str, Any]:
    """The fields of a push whose signature was verified; empty where it has none. Raises PushRefused."""
    try:
        fields = json.loads(signed)
    except (ValueError, RecursionError):
        raise PushRefused("not readable") from None
    return fields if isinstance(fields, dict) else {}


def rows_of(value: object) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, Sequence) else ()
    return [row for row in rows if isinstance(row, Mapping)]


def scans_of(rows: Iterable[tuple[object, object, str]]) -> tuple[Scan, ...]:
    """`rows`: time, text and status, oldest first; of one second the one that is listed last is the newest. A row
    whose time cannot be read is left out: the others are still worth having."""
    scans = [Scan(at, status, text_of(text)) for time, text, status in rows if (at := time_of(time))]
    return tuple(sorted(scans, key=lambda scan: scan.at))


def text_of(value: object) -> str:
    """Without what no database stores (NUL, halves of a character) and nobody reads."""
    letters = (letter if letter.isprintable() else " " for letter in str(value or ""))
    return " ".join("".join(letters).split())


def time_of(value: object) -> datetime | None:
    """Beijing's, as `2026-01-02 10:00:00` or with slashes."""
    try:
        return datetime.strptime(str(value).replace("/", "-"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None


def amount_of(value: object) -> Decimal | None:
    """None for what is no amount, or none of a parcel."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**5 else None


def number_of(value: object) -> str:
    """Empty for what is no number."""
    number = trimmed(str(value or ""))
    return "" if fault_of(number) else number


def last_digits(phone: str) -> str:
    """Four of them: no more of a phone leaves the house than couriers ask for."""
    return "".join(letter for letter in phone if letter.isdigit())[-4:]
