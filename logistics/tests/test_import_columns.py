"""Each column of a CSV of orders: where it is stored, how it is read, and that its place does not matter."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Shop
from accounts.services import open_shop
from kernel.tables import open_table
from logistics.importing import parcels
from logistics.models import Parcel
from orders.importing import Import, Rejects, Target, Unreadable, group
from orders.importing.columns import COLUMNS, HEADER, LINE_COLUMNS, ORDER_COLUMNS, Row
from orders.importing.parsed import Parsed
from orders.importing.parsing import LENGTHS, parse
from orders.importing.reading import Survey, check_header, rows_of
from orders.models import Order

from .test_import_orders import GOOD, text_of, unpaid

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def cells(**changes: str) -> Row:
    return [(GOOD | changes)[name] for name in HEADER]


def parsed(*rows: Row, currency: str = "CNY", salt: str = "") -> Parsed:
    return parse(list(rows), SHANGHAI, currency, salt)


def read(text: str) -> list[Row]:
    with open_table(io.BytesIO(text.encode()), COLUMNS) as table:
        check_header(table)
        return list(rows_of(table))


# --- where a column is stored ------------------------------------------------------------------------------


def stored(order: Order) -> dict[str, object]:
    """Every place of the database that a column goes to."""
    line, payment, parcel = order.lines.get(), order.payments.get(), Parcel.objects.get(order=order)
    return {
        "order_no": order.order_no, "placed_at": order.placed_at, "buyer": order.buyer.username,
        "sku": line.sku.code, "title": line.title, "spec": line.spec, "category": line.category,
        "unit_price": line.unit_price, "quantity": line.quantity, "line_discount": line.discount,
        "order_discount": order.discount, "freight": order.freight, "channel": payment.channel,
        "transaction_no": payment.transaction_no, "paid_at": order.paid_at, "status": order.status,
        "shipped_at": order.shipped_at, "courier": parcel.courier, "tracking_no": parcel.tracking_no,
        "delivered_at": order.delivered_at, "completed_at": order.completed_at,
    }  # fmt: skip


# In their order with those of GOOD, to the second.
TIMES = {
    "placed_at": "2025-01-02T03:04:05+00:00", "paid_at": "2025-03-01T02:05:06+00:00",
    "shipped_at": "2025-03-02T03:04:05+00:00", "delivered_at": "2025-03-03T04:05:06+00:00",
    "completed_at": "2025-03-06T07:08:09+00:00",
}  # fmt: skip
OTHER_CELLS: dict[str, tuple[str, object]] = {name: (at, datetime.fromisoformat(at)) for name, at in TIMES.items()} | {
    "order_no": ("P-77", "P-77"), "buyer": ("dave", "dave"), "sku": ("JUG", "JUG"),
    "title": ("Jug", "Jug"), "spec": ("Blue", "Blue"), "category": ("garden", "garden"),
    "unit_price": ("4.05", Decimal("4.05")), "quantity": ("4", 4), "line_discount": ("0.07", Decimal("0.07")),
    "order_discount": ("0.11", Decimal("0.11")), "freight": ("6.10", Decimal("6.10")), "channel": ("stripe", "stripe"),
    "transaction_no": ("PAY-77", "PAY-77"),
    "courier": ("JD", "JD"), "tracking_no": ("JD77", "JD77"),
}  # fmt: skip


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop(Shop(code="lantern", name="Lantern"))


def put(shop: Shop, *rows: Row) -> Order:
    """Imports one order, with its parcel."""
    run = Import(Target(shop, timezone.now(), also=[parcels]), Rejects(None), dry_run=False, step=lambda _rows: None)
    assert run.run(group(rows, {})).orders == 1
    return Order.objects.get(order_no=rows[0][0])


@pytest.mark.parametrize("name", OTHER_CELLS)
def test_a_cell_changes_the_place_of_its_column_and_no_other(shop: Shop, name: str) -> None:
    text, value = OTHER_CELLS[name]
    before = stored(put(shop, cells(order_no="P-0", transaction_no="PAY-0", tracking_no="SF0")))
    before |= {column: GOOD[column] for column in ("order_no", "transaction_no", "tracking_no")}
    after = stored(put(shop, cells(**{name: text})))
    assert after == before | {name: value}


def test_only_the_status_has_no_free_value() -> None:
    assert set(HEADER) - set(OTHER_CELLS) == {"status"}
    assert set(LINE_COLUMNS) | set(ORDER_COLUMNS) == set(HEADER)


# --- the order of the columns ------------------------------------------------------------------------------


@QUICK
@given(st.permutations([*HEADER, "reason"]))
def test_any_order_of_the_columns_is_the_same_row(header: list[str]) -> None:
    """Every cell is another text, so that two that change places are seen."""
    texts = {name: f"<{name}>" for name in header}
    assert read(text_of([texts], header=header)) == [[f"<{name}>" for name in HEADER]]


@QUICK
@given(st.permutations(HEADER))
def test_any_order_of_the_columns_is_the_same_order(header: list[str]) -> None:
    rows = read(text_of([GOOD, GOOD | {"sku": "JUG"}], header=header))
    assert parsed(*rows) == parsed(cells(), cells(sku="JUG"))


def test_names_of_columns_are_read_in_any_case_and_with_blanks() -> None:
    header, body = text_of([GOOD]).split("\r\n", 1)
    shouted = ",".join(f" {name.upper()} " for name in header.split(","))
    assert read(f"{shouted}\r\n{body}") == [cells()]


@pytest.mark.parametrize("name", HEADER)
def test_no_column_may_be_missing(name: str) -> None:
    rest = [column for column in HEADER if column != name]
    with pytest.raises(Unreadable, match=rf"The header is wrong \(without {name}\)\. It has to be: order_no,"):
        read(",".join(rest) + "\r\n")


@pytest.mark.parametrize("more", [["buyer"], [" Buyer "], ["reason", "reason"]])
def test_no_column_may_be_there_twice(more: list[str]) -> None:
    with pytest.raises(Unreadable, match="duplicate columns"):
        read(",".join([*HEADER, *more]) + "\r\n")


def test_blanks_around_a_cell_are_no_part_of_it() -> None:
    assert read(text_of([{name: f" {text}\t" for name, text in GOOD.items()}])) == [cells()]


def test_a_row_that_is_too_long_keeps_one_cell_too_many() -> None:
    line = text_of([GOOD]).rstrip("\r\n")
    assert [len(row) for row in read(f"{line},1,2,3\r\n")] == [len(HEADER) + 1]


# --- how a cell is read ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["line_discount", "order_discount", "freight"])
@pytest.mark.parametrize(("text", "amount"), [("", 0), ("0", 0), ("1", 1), ("1.5", "1.50"), ("0.01", "0.01")])
def test_amounts_with_up_to_two_decimals_and_an_empty_one_is_none(name: str, text: str, amount: object) -> None:
    order = parsed(cells(**{name: text}))
    found = {
        "line_discount": order.lines[0].discount, "order_discount": order.discount, "freight": order.freight,
    }  # fmt: skip
    assert found[name] == Decimal(str(amount))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-03-01T10:00:00+08:00", "2025-03-01T02:00:00"),
        ("2025-03-01 10:00:00+01:00", "2025-03-01T09:00:00"),
        ("2025-03-01T10:00:00Z", "2025-03-01T10:00:00"),
        ("2025-03-01T10:00", "2025-03-01T02:00:00"),  # no zone: the time of the house
        ("2025-03-01", "2025-02-28T16:00:00"),
    ],
)
def test_a_time_in_its_zone_or_else_in_that_of_the_house(text: str, utc: str) -> None:
    assert parsed(cells(placed_at=text, paid_at="2025-03-02")).placed_at == datetime.fromisoformat(utc).replace(
        tzinfo=UTC
    )


def test_a_line_without_a_title_is_called_by_its_sku() -> None:
    assert parsed(cells(title="")).lines[0].title == "CUP"


@pytest.mark.parametrize(
    ("given_times", "status", "fulfilment"),
    [
        ((), "pending_payment", "unallocated"),
        (("paid_at",), "paid", "unallocated"),
        (("paid_at", "shipped_at"), "shipped", "shipped"),
        (("paid_at", "shipped_at", "delivered_at"), "shipped", "delivered"),
        (("paid_at", "shipped_at", "completed_at"), "completed", "delivered"),
        (("paid_at", "completed_at"), "completed", "delivered"),
    ],
)
def test_without_a_status_the_last_time_says_it(given_times: tuple[str, ...], status: str, fulfilment: str) -> None:
    paid = {"channel": "sandbox", "transaction_no": "PAY-1"}
    times = dict.fromkeys(given_times, "2025-03-05T10:00:00+08:00")
    row = unpaid(status="", **(paid if times else {}), **times)
    order = parsed([row[name] for name in HEADER])
    assert (order.status, order.fulfilment) == (status, fulfilment)


@pytest.mark.parametrize(("delivered", "counts"), [("", "completed_at"), (GOOD["delivered_at"], "delivered_at")])
def test_a_completed_order_was_delivered_at_the_latest_when_it_was_completed(delivered: str, counts: str) -> None:
    assert parsed(cells(delivered_at=delivered)).delivered_at == datetime.fromisoformat(GOOD[counts])


def test_the_amount_is_the_lines_less_the_discounts_with_the_freight() -> None:
    """3 × 3.33 − 0.99 = 9.00 and 1 × 6.00 = 6.00; the order's 1.00 over both is 0.60 and 0.40; freight 5.00 on top."""
    head = {"order_discount": "1.00"}
    jug = cells(sku="JUG", unit_price="6.00", quantity="1", **head)
    order = parsed(cells(line_discount="0.99", **head), jug)
    assert order.amount == Decimal("19.00")
    assert [line.share for line in order.lines] == [Decimal("0.60"), Decimal("0.40")]


# --- what makes two orders the same ------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHER_CELLS)
def test_another_cell_is_another_content(name: str) -> None:
    assert parsed(cells(**{name: OTHER_CELLS[name][0]})).fingerprint != parsed(cells()).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"freight": "5"}, {"freight": "5.0"}, {"line_discount": ""}, {"quantity": "03"},
        {"placed_at": "2025-03-01T02:00:00Z"}, {"placed_at": "2025-03-01 10:00"}, {"order_discount": "0"},
    ],
)  # fmt: skip
def test_another_spelling_is_the_same_content(change: dict[str, str]) -> None:
    assert parsed(cells(**change)).fingerprint == parsed(cells()).fingerprint


def test_texts_that_move_from_one_column_to_the_next_are_another_content() -> None:
    ab_c, a_bc = cells(title="ab", spec="c"), cells(title="a", spec="bc")
    assert parsed(ab_c).fingerprint != parsed(a_bc).fingerprint


def test_lines_in_another_order_and_another_shop_are_another_content() -> None:
    cup, jug = cells(), cells(sku="JUG")
    assert parsed(cup, jug).fingerprint != parsed(jug, cup).fingerprint
    assert parsed(cup, salt="lantern CNY").fingerprint != parsed(cup, salt="harbor CNY").fingerprint


# --- rows that do not stand together -----------------------------------------------------------------------


@pytest.mark.django_db
@QUICK
@given(st.lists(st.sampled_from("ABC"), max_size=12))
def test_every_order_comes_once_with_all_its_rows_in_their_order(numbers: list[str]) -> None:
    rows = [cells(order_no=number, sku=str(place)) for place, number in enumerate(numbers)]
    survey = Survey(iter(rows))
    assert survey.rows == len(rows)
    assert survey.scattered == {
        number: numbers.count(number)
        for number in set(numbers)
        if number * numbers.count(number) not in "".join(numbers)
    }
    found = list(group(iter(rows), survey.scattered))
    expected = {number: [row for row in rows if row[0] == number] for number in numbers}
    assert sorted(number for number, _rows in found) == sorted(expected)
    assert dict(found) == expected


def test_the_longest_text_of_each_column_fits() -> None:
    longest = {name: "x" * length for name, length in LENGTHS.items()}
    order = parsed(cells(**longest))
    assert (order.buyer, order.lines[0].title) == (longest["buyer"], longest["title"])


@pytest.mark.parametrize(("days", "column"), [(14, "receipt_due_at"), (2, "ship_due_at")])
def test_deadlines_are_counted_from_the_facts_of_the_file(shop: Shop, days: int, column: str) -> None:
    shipped = {"status": "shipped", "delivered_at": "", "completed_at": ""}
    order = put(shop, cells(**shipped))
    begin = order.shipped_at if column == "receipt_due_at" else order.paid_at
    assert begin is not None
    assert getattr(order, column) - begin == timedelta(days=days)
