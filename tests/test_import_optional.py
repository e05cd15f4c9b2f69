"""The optional columns of a table of orders (docs/files.md): payments, the receiver, what went back before."""

import csv
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Shop
from aftersales import services
from aftersales.audit import run as audit
from kernel.money import CENT
from logistics.tests.test_import_orders import GOOD, text_of, unpaid
from orders.importing import BadRow, Summary, Target, import_file
from orders.importing.columns import FULL, OPTIONAL, ORDER_OPTIONAL
from orders.importing.file import rejects_path
from orders.importing.parsed import Parsed
from orders.importing.parsing import parse
from orders.models import Order, Payment, Sku
from refunds.gateways import ENVIRONMENT, ChargebackStatus, Notice, NoticeKind
from refunds.models import Chargeback
from refunds.notices.jobs import apply_notices
from refunds.notices.receive import receive

from .desk import Desk
from .world import World

NONE = dict.fromkeys(OPTIONAL, "")
D = Decimal


def parsed(*changes: dict[str, str]) -> Parsed:
    return parse([[(GOOD | NONE | change)[name] for name in FULL] for change in changes], UTC, "CNY")


def refusal(*changes: dict[str, str]) -> str:
    with pytest.raises(BadRow) as refused:
        parsed(*changes)
    return refused.value.reason


SHORTENED = "transaction_no_2 “1.5E+9” was shortened by a spreadsheet: make the column text"
Take = Callable[..., tuple[Summary, list[str]]]


@pytest.fixture
def take(tmp_path: Path, world: World) -> Take:
    def take(*rows: dict[str, str], shop: Shop | None = None) -> tuple[Summary, list[str]]:
        path = tmp_path / "orders.csv"
        path.write_text(text_of([GOOD | NONE | row for row in rows], header=FULL))
        summary = import_file(path, Target(shop or world.lantern, timezone.now()), dry_run=False)
        if not rejects_path(path).exists():
            return summary, []
        with rejects_path(path).open(newline="") as file:
            return summary, [row["reason"] for row in csv.DictReader(file)]

    return take


PLAIN = {"unit_price": "50.45", "quantity": "2", "freight": "", "buyer": "alice"}  # 100.90


def test_what_was_refunded_before_is_not_refunded_again(world: World, take: Take) -> None:
    """100.90 with 37.95 back offers 62.95."""
    take(PLAIN | {"refunded_amount": "37.95", "completed_at": "", "status": "shipped", "delivered_at": ""})
    order, desk = Order.objects.get(), Desk(world)
    assert list(audit()) == []
    line = order.lines.get()
    assert (line.refunded_amount, line.free_amount, order.payments.get().left) == (D("37.95"), D("62.95"), D("62.95"))
    ticket = desk.apply(order, "refund_only", "not_received")
    assert services.approvable(ticket).requested == D("62.95")
    desk.pay_out(desk.approve(ticket))
    assert order.payments.get().refunded == D("100.90")
    assert list(audit()) == []


def test_by_line_and_the_rest_by_share_over_lines_and_freight(take: Take) -> None:
    rows = [
        {"sku": "CUP", "unit_price": "60.00", "quantity": "1", "line_refunded_amount": "10.00"},
        {"sku": "JUG", "unit_price": "40.00", "quantity": "1"},
    ]
    take(*(row | {"freight": "10.00", "refunded_amount": "20.00"} for row in rows))
    order = Order.objects.get()
    assert list(order.lines.values_list("refunded_amount", flat=True)) == [D("15.00"), D("4.00")]
    assert (order.freight_refunded, order.payments.get().refunded) == (D("1.00"), D("20.00"))
    assert list(audit()) == []


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(1, 5)), min_size=1, max_size=4),
    st.integers(0, 999), st.integers(0, 100), st.integers(0, 100), st.booleans(),
)  # fmt: skip
def test_nothing_is_lost_and_no_line_gives_more_than_it_took(
    goods: list[tuple[int, int]], freight: int, share: int, second: int, own: bool
) -> None:
    paid = [price * quantity for price, quantity in goods]
    whole = sum(paid) + freight
    back, by_second = whole * share // 100, whole * second // 100
    lines = [min(back // len(paid), amount) if own else 0 for amount in paid]
    text = [str(D(amount) * CENT) for amount in (whole - by_second, by_second, back, freight)]
    head = {"freight": text[3], "refunded_amount": text[2]}
    if by_second:
        head |= {"amount": text[0], "channel_2": "stripe", "transaction_no_2": "PI-2", "amount_2": text[1]}
    order = parsed(*(
        head | {"line_discount": "", "unit_price": str(D(price) * CENT), "quantity": str(quantity),
                "line_refunded_amount": str(D(line) * CENT)}
        for (price, quantity), line in zip(goods, lines, strict=True)
    ))  # fmt: skip
    assert sum((line.refunded for line in order.lines), order.freight_refunded) == D(back) * CENT
    assert order.refunded + order.refunded_2 == D(back) * CENT
    assert all(D(line) * CENT <= x.refunded <= x.paid for x, line in zip(order.lines, lines, strict=True))
    assert order.refunded <= order.captured
    assert order.refunded_2 <= order.captured_2
    assert order.captured + order.captured_2 == order.amount == D(whole) * CENT
    assert order.freight_refunded <= order.freight


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "yuan"}, "currency “yuan” is no ISO 4217 code such as CNY"),
        ({"currency": "KWD"}, "amounts in KWD have more than two decimals and cannot be stored"),
        ({"currency": "JPY"}, "unit_price “3.33” has decimals, and JPY has none"),
        ({"refunded_amount": "15.00"}, "more was refunded than was paid"),
        ({"line_refunded_amount": "10.00"}, "more was refunded than was paid"),
        ({"line_refunded_amount": "2.00", "refunded_amount": "1.99"}, "refunded_amount is less than the lines say"),
        ({"refunded_amount": "x"}, "refunded_amount “x” is not an amount such as 12.50"),
        ({"amount": "14.98"}, "the payments make 14.98, but 14.99 is to be paid"),
        ({"amount_2": "1.00"}, "a second payment needs amount, channel_2, transaction_no_2 and amount_2"),
        ({"channel_2": "stripe"}, "a second payment needs amount, channel_2, transaction_no_2 and amount_2"),
        (
            {"amount": "10.00", "channel_2": "sandbox", "transaction_no_2": "pay 1", "amount_2": "4.99"},
            "both payments are the same transaction",
        ),
        ({"shared_total": "14.98"}, "shared_total is less than the payment"),
        ({"points_deduction": "10.00"}, "amounts do not add up: points_deduction above the lines"),
        ({"receiver_name": "x" * 121}, "receiver_name is longer than 120 characters"),
        ({"transaction_no_2": "1.5E+9"}, SHORTENED),
        (unpaid(refunded_amount="1.00"), "refunded_amount is given, but no payment"),
        (unpaid(amount="14.99"), "a payment needs channel, transaction_no and paid_at"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(change: dict[str, str], reason: str) -> None:
    assert refusal(change) == reason


@pytest.mark.parametrize("name", ORDER_OPTIONAL)
def test_columns_of_the_order_have_to_repeat(name: str) -> None:
    assert refusal({}, {"sku": "JUG", name: "1"}) == f"{name}: not the same in every row of the order"


def test_two_payments_points_currency_and_the_receiver_are_stored(take: Take) -> None:
    take({
        "unit_price": "10.00", "quantity": "3", "points_deduction": "2.00", "currency": "USD", "amount": "20.00",
        "channel_2": "stripe", "transaction_no_2": "PI-2", "amount_2": "13.00", "refunded_amount": "3.30",
        "receiver_name": "Carol", "receiver_phone": "138", "receiver_address": "1 Lantern Street",
    })  # fmt: skip
    order = Order.objects.get()
    assert (order.currency, order.points_deduction, order.amount) == ("USD", D(2), D(33))
    assert (order.receiver_name, order.receiver_phone, order.receiver_address) == ("Carol", "138", "1 Lantern Street")
    rows = order.payments.values_list("channel", "transaction_no", "captured", "refunded")
    assert list(rows) == [("sandbox", "PAY-1", D(20), D(2)), ("stripe", "PI-2", D(13), D("1.30"))]
    assert Sku.objects.get().currency == "USD"
    assert list(audit()) == []


def test_a_transaction_never_pays_more_than_its_shared_total(world: World, take: Take) -> None:
    orders = [{"order_no": f"P-{n}", "shared_total": "29.98"} for n in range(3)]
    summary, reasons = take(*orders)
    over = "the payments of this transaction do not fit its shared_total"
    assert (summary.orders, reasons) == (2, [over])
    assert take(orders[2])[1] == [over]
    assert take(orders[2], shop=world.harbor)[1] == [over]
    assert take(orders[2] | {"shared_total": "99.00"})[1] == [over]
    assert Payment.objects.count() == 2


def test_empty_optional_columns_are_the_order_without_them(take: Take) -> None:
    assert parsed({}).fingerprint == parse([[GOOD[name] for name in GOOD]], UTC, "CNY").fingerprint
    given = {"receiver_name": "Carol", "refunded_amount": "1", "line_refunded_amount": "1", "title_en": "Tee"}
    for name, text in given.items():
        assert parsed({name: text}).fingerprint != parsed({}).fingerprint
    assert parsed({"refunded_amount": "1.50"}).fingerprint == parsed({"refunded_amount": "1.5"}).fingerprint


@pytest.mark.parametrize("number", ["PAY-1", "PAY-1-2"])
def test_a_chargeback_that_came_before_its_order_is_looked_at_with_the_import(
    take: Take, world: World, number: str
) -> None:
    notice = Notice(
        "E-1",
        NoticeKind.CHARGEBACK,
        transaction_no=number,
        amount=D("1.00"),
        chargeback_no="CB-1",
        chargeback=ChargebackStatus.OPEN,
    )
    receive("sandbox", "", notice, verified_by=[ENVIRONMENT], now=world.now)
    take({"channel_2": "sandbox", "transaction_no_2": "PAY-1-2", "amount": "10.00", "amount_2": "4.99"})
    apply_notices(world.now, False)  # it is due at once
    assert Chargeback.objects.get().payment.transaction_no == number
