"""Each reason for which an order of a CSV is left out, word for word, and the last value before it."""

import csv
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Shop
from accounts.services import open_shop
from kernel.money import TOO_FINE, WITHOUT_MINOR_UNIT
from orders.importing import BadRow, Summary, Target, import_file, reading
from orders.importing import run as running
from orders.importing.checks import TIMES, check_past, check_sequence
from orders.importing.columns import HEADER, ORDER_COLUMNS, Row
from orders.importing.file import rejects_path
from orders.importing.parsed import Parsed
from orders.importing.parsing import LENGTHS, NUMBERS, parse
from orders.models import Order

from .test_import_orders import GOOD, text_of, unpaid

T = "2025-03-05T10:00:00+08:00"


# The optional ones have tests of their own (tests/test_import_optional.py).
NUMBERS_OF_ALL = [name for name in NUMBERS if name in HEADER]


def parsed(*changes: dict[str, str], currency: str = "CNY") -> Parsed:
    return parse([[(GOOD | change)[name] for name in HEADER] for change in changes], UTC, currency)


def refusal(*changes: dict[str, str], currency: str = "CNY") -> tuple[str, int | None]:
    """The reason, and the place of the row that it is about."""
    with pytest.raises(BadRow) as refused:
        parsed(*changes, currency=currency)
    return refused.value.reason, refused.value.row


# --- one cell ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LENGTHS)
def test_one_character_more_than_fits(name: str) -> None:
    most = LENGTHS[name]
    reason, _row = refusal({name: "灯" * (most + 1)})
    assert reason == f"{name} is longer than {most} characters"
    parsed({name: "灯" * most})


@pytest.mark.parametrize(
    ("name", "row"),
    [("order_no", None), ("buyer", None), ("placed_at", None), ("sku", 0), ("unit_price", 0)],
)
def test_what_every_order_has_to_say(name: str, row: int | None) -> None:
    assert refusal({name: ""}) == (f"{name} is missing", row)


MONEY = ("unit_price", "line_discount", "order_discount", "freight")


@pytest.mark.parametrize("name", MONEY)
@pytest.mark.parametrize(
    "text",
    ["-1", "+1", "1.", ".5", "1.234", "1,50", "1 000", "1e2", "¥1", "٣", "NaN", "Infinity", "0x1", "12345678901"],
)
def test_what_is_no_amount(name: str, text: str) -> None:
    assert refusal({name: text})[0] == f"{name} “{text}” is not an amount such as 12.50"


@pytest.mark.parametrize("name", MONEY)
def test_a_long_text_is_quoted_by_its_first_twenty_characters(name: str) -> None:
    assert refusal({name: "9" * 21})[0] == f"{name} “{'9' * 20}” is not an amount such as 12.50"


@pytest.mark.parametrize("text", ["", "0", "00", "-1", "1.0", "1e1", "٣", "x", "1234567890"])
def test_what_is_no_number_of_units(text: str) -> None:
    assert refusal({"quantity": text}) == (f"quantity “{text}” is not a whole number from 1", 0)


def test_one_unit_is_enough_and_nine_digits_fit() -> None:
    nearly_free = {"unit_price": "0.01", "quantity": "999999999"}
    assert parsed({"quantity": "1"}).lines[0].quantity == 1
    assert parsed(nearly_free).amount == Decimal("9999999.99") + 5


@pytest.mark.parametrize("name", ["placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at"])
@pytest.mark.parametrize("text", ["yesterday", "2025-02-29", "2025-03-01T25:00", "1740000000", "01.03.2025", "2025"])
def test_what_is_no_time(name: str, text: str) -> None:
    assert refusal({name: text})[0] == f"{name} “{text}” is not an ISO 8601 time"


@pytest.mark.parametrize(("year", "fine"), [(1899, False), (1900, True), (1901, True)])
def test_the_first_year_of_trade(year: int, fine: bool) -> None:
    text = f"{year}-06-01"
    if fine:
        assert parsed({"placed_at": text}).placed_at == datetime(year, 6, 1, tzinfo=UTC)
    else:
        assert refusal({"placed_at": text})[0] == f"placed_at “{text}” is no year of trade"


@pytest.mark.parametrize("text", ["lost", "Paid", "已付款", "x" * 21])
def test_a_status_that_no_order_has(text: str) -> None:
    known = "pending_payment, paid, shipped, completed, closed"
    assert refusal({"status": text})[0] == f"status “{text[:20]}” is none of {known}"


@pytest.mark.parametrize("currency", sorted(WITHOUT_MINOR_UNIT))
def test_a_currency_without_decimals_takes_none(currency: str) -> None:
    whole = {"unit_price": "100", "line_discount": "1", "freight": "2"}
    assert parsed(whole, currency=currency).amount == 301
    reason, _row = refusal(whole | {"freight": "2.0"}, currency=currency)
    assert reason == f"freight “2.0” has decimals, and {currency} has none"


@pytest.mark.parametrize("currency", sorted(TOO_FINE))
def test_a_currency_with_too_many_decimals(currency: str) -> None:
    assert refusal({}, currency=currency)[0] == (
        f"amounts in {currency} have more than two decimals and cannot be stored"
    )


@pytest.mark.parametrize("name", ["title", "spec", "category", "buyer", "courier", "transaction_no"])
def test_texts_that_the_database_cannot_hold(name: str) -> None:
    assert refusal({name: "a\0b"})[0] == "NUL characters in the text"
    assert refusal({name: "caf\udce9"})[0] == "not UTF-8"


@pytest.mark.parametrize("name", NUMBERS_OF_ALL)
@pytest.mark.parametrize("text", ["1.23457E+17", "7.3e+13", "1,5E10"])
def test_numbers_that_a_spreadsheet_has_shortened(name: str, text: str) -> None:
    assert refusal({name: text})[0] == f"{name} “{text}” was shortened by a spreadsheet: make the column text"


@pytest.mark.parametrize("name", ["order_no", "sku"])
@pytest.mark.parametrize("text", ["E/1", ".", "..", "Ｅ／1"])
def test_numbers_that_would_break_an_address(name: str, text: str) -> None:
    assert refusal({name: text})[0].endswith("has “/”, “.” or “..”")


@pytest.mark.parametrize("name", NUMBERS_OF_ALL)
def test_numbers_hold_nothing_that_nobody_sees(name: str) -> None:
    assert refusal({name: "A\tB"})[0].endswith("has characters that cannot be printed")
    order = parsed({name: "\ufeffA\u200bB"})
    assert getattr(order, name, order.lines[0].sku) == "AB"


# --- times together ----------------------------------------------------------------------------------------

TIMELINE = ("placed_at", "shipped_at", "delivered_at", "completed_at")
PAIRS = [("placed_at", "paid_at"), *itertools.combinations(TIMELINE, 2)]


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize(("seconds", "fine"), [(-1, False), (0, True), (1, True)])
def test_nothing_happens_before_what_it_follows(before: str, after: str, seconds: int, fine: bool) -> None:
    order, at = parsed({}), datetime(2025, 3, 5, 10, tzinfo=UTC)
    for name in TIMES:
        setattr(order, name, None)
    setattr(order, before, at)
    setattr(order, after, at + timedelta(seconds=seconds))
    if fine:
        check_sequence(order)
    else:
        with pytest.raises(BadRow, match=f"{after} is before {before}"):
            check_sequence(order)


def test_the_sequence_is_checked_with_the_rest() -> None:
    assert refusal({"completed_at": "2025-03-02T10:00:00+08:00"})[0] == "completed_at is before delivered_at"


@pytest.mark.parametrize("name", ["placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at"])
@pytest.mark.parametrize(("seconds", "fine"), [(-1, True), (0, True), (1, False)])
def test_what_has_not_happened_yet_is_no_past_order(name: str, seconds: int, fine: bool) -> None:
    """A completion in 2099 held the window open until then."""
    order, now = parsed({}), datetime(2026, 1, 1, tzinfo=UTC)
    setattr(order, name, now + timedelta(seconds=seconds))
    if fine:
        check_past(order, now)
    else:
        with pytest.raises(BadRow, match=f"{name} is in the future"):
            check_past(order, now)


# --- amounts together --------------------------------------------------------------------------------------

LINE = "amounts do not add up: line_discount above unit_price × quantity, or too large"
CAR = {"unit_price": "9999999999.99", "quantity": "1", "freight": "0"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"line_discount": "9.98"}, ""),  # of 3 × 3.33
        ({"line_discount": "9.99"}, ""),
        ({"line_discount": "10.00"}, LINE),
        ({"order_discount": "9.99"}, ""),
        ({"order_discount": "10.00"}, "amounts do not add up: order_discount above the lines"),
        ({"line_discount": "4.00", "order_discount": "5.99"}, ""),
        ({"line_discount": "4.00", "order_discount": "6.00"}, "amounts do not add up: order_discount above the lines"),
        (CAR, ""),
        (CAR | {"freight": "0.01"}, "amounts do not add up: the order is too large"),
        (CAR | {"freight": "0.01", "order_discount": "0.01"}, ""),
        (CAR | {"freight": "0.01", "line_discount": "0.01"}, ""),
        ({"unit_price": "5000000000.00", "quantity": "2", "line_discount": "0.01"}, LINE),
    ],
)
def test_discounts_and_the_largest_amount(change: dict[str, str], reason: str) -> None:
    if reason:
        assert refusal(change)[0] == reason
    else:
        order = parsed(change)
        paid = sum((x.before_order_discount - x.share for x in order.lines), order.freight)
        assert paid == order.amount


# --- a status and its facts --------------------------------------------------------------------------------

PAID = {"paid_at": T, "channel": "sandbox", "transaction_no": "PAY-1"}
SENT, GIVEN, DONE = {"shipped_at": T}, {"delivered_at": T}, {"completed_at": T}
BILL = {"tracking_no": "SF1"}
LATER, NO_CHANNEL = "there is a later time", "channel or transaction_no is missing"


@pytest.mark.parametrize(
    ("status", "facts", "reason"),
    [
        ("pending_payment", {}, ""),
        ("pending_payment", {"paid_at": T}, f"status pending_payment, but {LATER}"),
        ("pending_payment", SENT, f"status pending_payment, but {LATER}"),
        ("pending_payment", DONE, f"status pending_payment, but {LATER}"),
        ("pending_payment", GIVEN, f"status pending_payment, but {LATER}"),
        ("closed", GIVEN, f"status closed, but {LATER} and shipped_at is missing"),
        ("closed", PAID | DONE, f"status closed, but {LATER} and shipped_at is missing"),
        ("closed", PAID | SENT | GIVEN, ""),
        ("paid", PAID, ""),
        ("paid", {}, "status paid, but paid_at is missing"),
        ("paid", PAID | {"channel": ""}, f"status paid, but {NO_CHANNEL}"),
        ("paid", PAID | {"transaction_no": ""}, f"status paid, but {NO_CHANNEL}"),
        ("paid", PAID | SENT, f"status paid, but {LATER}"),
        ("paid", PAID | GIVEN, f"status paid, but {LATER}"),
        ("paid", PAID | DONE, f"status paid, but {LATER}"),
        ("paid", {"paid_at": T, "unit_price": "0", "freight": ""}, ""),  # nothing was paid by no channel
        ("paid", {"paid_at": T, "unit_price": "0", "freight": "0.01"}, f"status paid, but {NO_CHANNEL}"),
        ("shipped", PAID | SENT, ""),
        ("shipped", PAID | SENT | GIVEN, ""),
        ("shipped", PAID, "status shipped, but shipped_at is missing"),
        ("shipped", PAID | SENT | DONE, "status shipped, but completed_at is given"),
        ("shipped", SENT, "status shipped, but paid_at is missing"),
        ("shipped", PAID | SENT | {"channel": ""}, f"status shipped, but {NO_CHANNEL}"),
        ("completed", PAID | SENT | GIVEN | DONE, ""),
        ("completed", PAID | DONE, ""),
        ("completed", PAID | SENT | GIVEN, "status completed, but completed_at is missing"),
        ("completed", DONE, "status completed, but paid_at is missing"),
        ("completed", PAID | DONE | {"transaction_no": ""}, f"status completed, but {NO_CHANNEL}"),
        ("closed", {}, ""),
        ("closed", PAID, ""),
        ("closed", PAID | SENT, ""),
        ("pending_payment", BILL, "tracking_no is given, but the order is not shipped"),
        ("paid", PAID | BILL, "tracking_no is given, but the order is not shipped"),
        ("shipped", PAID | SENT | BILL, ""),
        ("completed", PAID | DONE | BILL, ""),
        ("closed", PAID | BILL, "tracking_no is given, but the order is not shipped"),
        ("closed", PAID | SENT | BILL, ""),
    ],
)
def test_a_status_needs_its_facts_and_no_later_ones(status: str, facts: dict[str, str], reason: str) -> None:
    order = unpaid(status=status, **facts)
    if reason:
        assert refusal(order) == (reason, None)
    else:
        assert parsed(order).status == status


# --- rows of one order -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ORDER_COLUMNS if name != "order_no"])
def test_a_column_of_the_order_that_changes_within_it(name: str) -> None:
    second = {"sku": "JUG", name: "2025-03-03T10:00:00Z" if name.endswith("_at") else "7"}
    assert refusal({}, second) == (f"{name}: not the same in every row of the order", 1)


def test_all_columns_that_differ_are_named_in_the_order_of_the_header() -> None:
    assert refusal({}, {}, {"courier": "JD", "buyer": "dave"}) == (
        "buyer, courier: not the same in every row of the order",
        2,
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_row_of_a_bad_line_is_named(place: int) -> None:
    rows: list[dict[str, str]] = [{}, {}, {}]
    rows[place] = {"quantity": "0"}
    assert refusal(*rows)[1] == place


@pytest.mark.parametrize(("width", "said"), [(20, "20 columns instead of 21"), (22, "22 columns instead of 21")])
def test_a_row_of_another_width(width: int, said: str) -> None:
    row: Row = [*(GOOD[name] for name in HEADER), "more"][:width]
    with pytest.raises(BadRow) as refused:
        parse([[GOOD[name] for name in HEADER], row], UTC, "CNY")
    assert (refused.value.reason, refused.value.row) == (said, 1)


# --- the rejects file --------------------------------------------------------------------------------------

Take = Callable[..., tuple[Summary, list[list[str]]]]


@pytest.fixture
def take(tmp_path: Path, db: None) -> Take:
    """Imports rows; answers the sums and the rows of the rejects file, without the shared cells in the middle."""
    shop = open_shop(Shop(code="lantern", name="Lantern"))
    path = tmp_path / "orders.csv"

    def take(*rows: dict[str, str]) -> tuple[Summary, list[list[str]]]:
        path.write_text(text_of([GOOD | row for row in rows]))
        summary = import_file(path, Target(shop, timezone.now()), dry_run=False)
        if not rejects_path(path).exists():
            return summary, []
        with rejects_path(path).open(newline="") as file:
            rejects = list(csv.DictReader(file))
        return summary, [[row["order_no"], row["sku"], row["reason"]] for row in rejects]

    return take


OTHER = "left out with its order: another of its rows is bad"


def test_the_bad_row_has_its_reason_and_the_others_that_of_their_order(take: Take) -> None:
    summary, rejects = take({"sku": "A"}, {"sku": "B", "quantity": "0"}, {"order_no": "P-2"})
    assert (summary.orders, summary.lines, summary.rejected, summary.rejected_rows) == (1, 1, 1, 2)
    assert rejects == [["P-1", "A", OTHER], ["P-1", "B", "quantity “0” is not a whole number from 1"]]


def test_what_is_wrong_with_the_order_is_said_in_each_of_its_rows(take: Take) -> None:
    missing = "status completed, but completed_at is missing"
    _summary, rejects = take({"completed_at": "", "sku": "A"}, {"completed_at": "", "sku": "B"})
    assert rejects == [["P-1", "A", missing], ["P-1", "B", missing]]


def test_other_content_of_a_known_order_is_left_out_and_the_same_is_counted(take: Take) -> None:
    take({}, {"order_no": "P-2"})
    summary, rejects = take({}, {"order_no": "P-2", "freight": "5.01"})
    assert (summary.orders, summary.existing, summary.rejected) == (0, 1, 1)
    assert rejects == [["P-2", "CUP", "an order of this number exists with other content"]]


def test_an_order_of_too_many_lines_is_one_reject_however_many_pieces_it_comes_in(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ORDER_LINES", 3)
    monkeypatch.setattr(running, "MAX_ORDER_LINES", 3)
    seven = [{"order_no": "P-7", "sku": f"S{n}"} for n in range(7)]
    three = [{"order_no": "P-3", "sku": f"S{n}"} for n in range(3)]
    summary, rejects = take(*seven, *three)
    assert (summary.orders, summary.lines, summary.rejected, summary.rejected_rows) == (1, 3, 1, 7)
    assert rejects == [["P-7", f"S{n}", "an order of more than 3 lines"] for n in range(7)]


@pytest.mark.parametrize(("rows", "pieces"), [(2, [2]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_no_piece_is_longer_than_the_longest_order(
    monkeypatch: pytest.MonkeyPatch, rows: int, pieces: list[int]
) -> None:
    monkeypatch.setattr(reading, "MAX_ORDER_LINES", 3)
    found = reading.group([["P-1", str(n)] for n in range(rows)], {})
    assert [len(piece) for _number, piece in found] == pieces


def test_four_lines_are_one_too_many(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ORDER_LINES", 3)
    assert take(*[{"sku": f"S{n}"} for n in range(4)])[0].rejected == 1
    assert not Order.objects.exists()


@pytest.mark.parametrize(("most", "fine"), [(3, False), (4, True), (5, True)])
def test_rows_that_do_not_stand_together_are_kept_up_to_a_number(
    take: Take, monkeypatch: pytest.MonkeyPatch, most: int, fine: bool
) -> None:
    monkeypatch.setattr(reading, "MAX_SCATTERED", most)
    rows = [{"order_no": number, "sku": f"S{place}"} for place, number in enumerate(["A", "B", "A", "B"])]
    if fine:
        assert take(*rows)[0].orders == 2
    else:
        with pytest.raises(reading.Unreadable, match="Sort the file by order_no"):
            take(*rows)


@pytest.mark.parametrize(
    ("name", "rejects"),
    [("a.csv", "a.rejects.csv"), ("a.csv.gz", "a.rejects.csv"), ("a.txt", "a.txt.rejects.csv"), ("a", "a.rejects.csv")],
)
def test_the_rejects_lie_beside_the_file(name: str, rejects: str) -> None:
    assert rejects_path(Path("/there") / name) == Path("/there") / rejects


@pytest.mark.parametrize("chunk", [1, 2, 3, 5_000])
def test_the_size_of_a_chunk_changes_nothing(take: Take, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(running, "CHUNK", chunk)
    rows = [{"order_no": f"P-{n // 2}", "sku": f"S{n}", "quantity": "0" if n == 5 else "1"} for n in range(8)]
    summary, rejects = take(*rows)
    assert (summary.orders, summary.lines, summary.rejected, summary.rejected_rows) == (3, 6, 1, 2)
    assert [row[:2] for row in rejects] == [["P-2", "S4"], ["P-2", "S5"]]


def test_an_order_of_the_future_goes_to_the_rejects(take: Take) -> None:
    summary, rejects = take({"completed_at": "2099-01-01"}, {"order_no": "P-2"})
    assert (summary.orders, summary.rejected) == (1, 1)
    assert rejects == [["P-1", "CUP", "completed_at is in the future"]]


def test_one_number_in_two_spellings_is_one_order(take: Take) -> None:
    summary, rejects = take({"order_no": "P-1"}, {"order_no": "p1"})
    assert (summary.orders, rejects) == (1, [["p1", "CUP", "the same number as P-1, spelled in another way"]])
    assert take({"order_no": "p 1"})[1] == [["p 1", "CUP", "an order of this number exists with other content"]]
