"""What goes back of the differences that were paid for exchanged goods: first, own ones before older ones (F-8)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import OverRefund
from kernel.money import CENT, ZERO
from orders.models import OrderLine, Payment
from orders.models.payment import Purpose
from refunds.amounts import along_differences, by_payment, tenders

QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)
AT = datetime(2026, 1, 1, tzinfo=UTC)
ORDER_PAYMENT = 1
amounts = st.integers(min_value=0, max_value=100_000).map(lambda n: Decimal(n) / 100)


def payment(pk: int, captured: str | Decimal, *, refunded: str | Decimal = "0", difference: bool = True) -> Payment:
    purpose = Purpose.DIFFERENCE if difference else Purpose.ORDER
    return Payment(pk=pk, captured=Decimal(captured), refunded=Decimal(refunded), purpose=purpose, paid_at=AT)


def line(
    pk: int, *, replaces: int | None = None, paid_by: int | None = None, difference: str | Decimal = "0",
    refunded: str | Decimal = "0",
) -> OrderLine:  # fmt: skip
    return OrderLine(
        pk=pk,
        replaces_id=replaces,
        difference_payment_id=paid_by,
        difference_paid=Decimal(difference),
        difference_refunded=Decimal(refunded),
    )


def money(**parts: str) -> dict[int, Decimal]:
    """`_12="3.00"`: line 12 → 3.00"""
    return {int(name[1:]): Decimal(amount) for name, amount in parts.items()}


# Line 1 was exchanged for 2 with a difference of 20.00, that for 3 without one, that for 4 with 5.00.
CHAIN = (
    line(1),
    line(2, replaces=1, paid_by=20, difference="20.00"),
    line(3, replaces=2),
    line(4, replaces=3, paid_by=40, difference="5.00"),
)
PAID = (payment(ORDER_PAYMENT, "100.00", difference=False), payment(20, "20.00"), payment(40, "5.00"))


@pytest.mark.parametrize(
    ("asked", "along"),
    [
        ("0.00", {}),
        ("0.01", money(_4="0.01")),
        ("4.99", money(_4="4.99")),
        ("5.00", money(_4="5.00")),
        ("5.01", money(_4="5.00", _2="0.01")),
        ("24.99", money(_4="5.00", _2="19.99")),
        ("25.00", money(_4="5.00", _2="20.00")),
        ("25.01", money(_4="5.00", _2="20.00")),  # the cent is the order's
    ],
)
def test_the_own_difference_first_and_then_the_older_one(asked: str, along: dict[int, Decimal]) -> None:
    assert along_differences(CHAIN, money(_4=asked), PAID) == along


@pytest.mark.parametrize(("pk", "along"), [(1, {}), (2, money(_2="20.00")), (3, money(_2="20.00"))])
def test_a_line_never_uses_what_was_paid_after_it(pk: int, along: dict[int, Decimal]) -> None:
    assert along_differences(CHAIN, {pk: Decimal("90.00")}, PAID) == along


def test_what_went_back_before_is_not_there_again() -> None:
    lines = (line(1), line(2, replaces=1, paid_by=20, difference="20.00", refunded="19.00"))
    paid = (payment(20, "30.00", refunded="19.00"),)  # the rest of it is another line's
    assert along_differences(lines, money(_2="8.00"), paid) == money(_2="1.00")


@pytest.mark.parametrize(("left", "part"), [("2.99", "2.99"), ("3.00", "3.00"), ("3.01", "3.00")])
def test_a_difference_gives_no_more_than_its_payment_has(left: str, part: str) -> None:
    lines = (line(1), line(2, replaces=1, paid_by=20, difference="3.00"))
    assert along_differences(lines, money(_2="9.00"), (payment(20, left),)) == money(_2=part)


def test_two_lines_that_replace_one_share_its_difference_in_the_order_of_their_ids() -> None:
    lines = (line(1), line(2, replaces=1, paid_by=20, difference="20.00"), line(5, replaces=2), line(6, replaces=2))
    both = money(_6="15.00", _5="12.00")
    assert along_differences(lines, both, (payment(20, "20.00"),)) == money(_2="20.00")
    assert along_differences(lines, both, (payment(20, "30.00"),)) == money(_2="20.00")


def test_one_payment_for_two_lines_is_spent_once() -> None:
    lines = (
        line(2, replaces=1, paid_by=20, difference="6.00"),
        line(3, replaces=1, paid_by=20, difference="6.00"),
    )
    along = along_differences(lines, money(_2="9.00", _3="9.00"), (payment(20, "10.00"),))
    assert along == money(_2="6.00", _3="4.00")
    assert by_payment(lines, along) == {20: Decimal("10.00")}


def test_amounts_of_lines_are_summed_for_each_payment() -> None:
    along = money(_4="5.00", _2="7.50")
    assert by_payment(CHAIN, along) == {40: Decimal("5.00"), 20: Decimal("7.50")}
    assert by_payment(CHAIN, {}) == {}


def test_a_line_of_another_order_has_no_difference_here() -> None:
    assert along_differences(CHAIN, money(_99="5.00"), PAID) == {}


# --- the payments together ---------------------------------------------------------------------------------


def shares(total: str, along: dict[int, Decimal], *payments: Payment) -> dict[int, Decimal]:
    return {row.pk: share for row, share in tenders(payments, Decimal(total), CENT, along)}


def test_the_rest_goes_over_the_payments_of_the_order_alone() -> None:
    """10.00 of which 4.00 is a difference: 6.00 over 30.00 and 60.00."""
    first, second = payment(1, "30.00", difference=False), payment(3, "60.00", difference=False)
    found = shares("10.00", {2: Decimal("4.00")}, second, payment(2, "50.00"), first)
    assert found == {1: Decimal("2.00"), 2: Decimal("4.00"), 3: Decimal("4.00")}
    assert list(found) == [1, 2, 3]


@pytest.mark.parametrize(("total", "fine"), [("13.99", True), ("14.00", True), ("14.01", False)])
def test_the_rest_is_at_most_what_the_order_has_left(total: str, fine: bool) -> None:
    rows = payment(1, "30.00", refunded="20.00", difference=False), payment(2, "50.00")
    if fine:
        assert sum(shares(total, {2: Decimal("4.00")}, *rows).values()) == Decimal(total)
    else:
        with pytest.raises(OverRefund):
            shares(total, {2: Decimal("4.00")}, *rows)


def test_nothing_but_the_difference_leaves_the_order_alone() -> None:
    assert shares("4.00", {2: Decimal("4.00")}, payment(1, "30.00", difference=False), payment(2, "4.00")) == {
        2: Decimal("4.00")
    }


# --- any chain ---------------------------------------------------------------------------------------------


@dataclass
class Exchanged:
    """A line of the order that was exchanged any number of times, and who paid for what."""

    lines: list[OrderLine]
    payments: list[Payment]

    @property
    def held(self) -> int:
        """The line that the buyer has now."""
        return self.lines[-1].pk

    def spent(self) -> Decimal:
        return sum((row.refunded for row in self.payments), ZERO)

    def refund(self, asked: Decimal) -> dict[int, Decimal]:
        """As the services do it: along the differences, the rest by the payments of the order."""
        along = along_differences(self.lines, {self.held: asked}, self.payments)
        for row, share in tenders(self.payments, asked, CENT, by_payment(self.lines, along)):
            row.refunded += share
        for each in self.lines:
            each.difference_refunded += along.get(each.pk, ZERO)
        return along


def exchanged(differences: list[Decimal], order: Decimal) -> Exchanged:
    lines, rows = [line(1)], [payment(ORDER_PAYMENT, order, difference=False)]
    for pk, difference in enumerate(differences, start=2):
        paid_by = pk * 10 if difference else None
        lines.append(line(pk, replaces=pk - 1, paid_by=paid_by, difference=difference))
        if paid_by:
            rows.append(payment(paid_by, difference))
    return Exchanged(lines, rows)


def newest_first(differences: list[Decimal], asked: Decimal) -> list[Decimal]:
    """The same by naive means: whoever paid last gets their money first."""
    taken = []
    for difference in reversed(differences):
        taken.append(min(difference, asked))
        asked -= taken[-1]
    return [*reversed(taken)]


@QUICK
@given(st.lists(amounts, max_size=5), amounts, st.data())
def test_any_chain_uses_up_its_differences_from_the_newest(
    differences: list[Decimal], order: Decimal, data: st.DataObject
) -> None:
    whole = sum(differences, order)
    asked = data.draw(st.integers(0, int(whole * 100)).map(lambda n: Decimal(n) / 100))
    chain = exchanged(differences, order)
    along = chain.refund(asked)
    assert [along.get(pk, ZERO) for pk in range(2, len(differences) + 2)] == newest_first(differences, asked)
    assert chain.payments[0].refunded == max(asked - sum(differences, ZERO), ZERO)


@QUICK
@given(st.lists(amounts, max_size=5), amounts, st.lists(amounts, max_size=6))
def test_many_refunds_are_one_refund(differences: list[Decimal], order: Decimal, asked: list[Decimal]) -> None:
    """However a sum is cut into refunds, every payment ends with the same, and none below nothing."""
    piecewise, at_once = exchanged(differences, order), exchanged(differences, order)
    whole, total = sum(differences, order), ZERO
    for amount in asked:
        if total + amount > whole:
            with pytest.raises(OverRefund):
                piecewise.refund(amount)
            continue
        piecewise.refund(amount)
        total += amount
        assert piecewise.spent() == total
    at_once.refund(total)
    assert [row.refunded for row in piecewise.payments] == [row.refunded for row in at_once.payments]
    assert all(ZERO <= row.left <= row.captured for row in piecewise.payments)
