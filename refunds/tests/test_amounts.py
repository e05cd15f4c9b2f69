"""Which tender pays how much (F-8), as a property: exact, within each tender, free of the grouping's cents."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import OverRefund
from kernel.money import CENT
from orders.models import Payment
from orders.models.payment import Purpose
from refunds.amounts import tenders

amounts = st.integers(min_value=0, max_value=10_000_000).map(lambda n: Decimal(n) / 100)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def rows(*captured: Decimal, refunded: tuple[Decimal, ...] = ()) -> list[Payment]:
    back = [*refunded, *[Decimal(0)] * len(captured)]
    return [Payment(pk=pk, captured=c, refunded=back[pk], paid_at=AT) for pk, c in enumerate(captured)]


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=4), st.lists(amounts, min_size=1, max_size=8))
def test_every_refund_is_exact_and_within_its_tender(
    pairs: list[tuple[Decimal, Decimal]], wanted: list[Decimal]
) -> None:
    payments = rows(*[max(p) for p in pairs], refunded=tuple(min(p) for p in pairs))
    for amount in wanted:
        left = sum(p.left for p in payments)
        if amount > left:
            with pytest.raises(OverRefund):
                tenders(payments, amount, CENT)
            continue
        shares = tenders(payments, amount, CENT)
        assert sum(share for _, share in shares) == amount
        assert all(0 < share <= payment.left for payment, share in shares)
        for payment, share in shares:
            payment.refunded += share
    rest = sum((p.left for p in payments), Decimal(0))
    for payment, share in tenders(payments, rest, CENT):
        payment.refunded += share
    assert all(payment.left == 0 for payment in payments)


def test_shares_by_what_is_left_oldest_first() -> None:
    payments = rows(Decimal("30.00"), Decimal("60.00"), Decimal("10.00"))
    shares = tenders(reversed(payments), Decimal("10.00"), CENT)
    assert [(payment.pk, share) for payment, share in shares] == [
        (0, Decimal("3.00")),
        (1, Decimal("6.00")),
        (2, Decimal("1.00")),
    ]


def test_nothing_of_a_tender_that_is_empty() -> None:
    payments = rows(Decimal("5.00"), Decimal("60.00"), refunded=(Decimal("5.00"),))
    assert [(p.pk, share) for p, share in tenders(payments, Decimal("1.00"), CENT)] == [(1, Decimal("1.00"))]
    assert tenders(payments, Decimal("0.00"), CENT) == []
    assert tenders([], Decimal("0.00"), CENT) == []


def test_a_price_difference_pays_for_itself_alone() -> None:
    payments = rows(Decimal("5.00"), Decimal("60.00"))
    payments[1].purpose = Purpose.DIFFERENCE
    with pytest.raises(OverRefund):
        tenders(payments, Decimal("5.01"), CENT)
