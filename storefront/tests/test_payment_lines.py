"""What the order's page says of money that a bank holds, or has given back."""

from decimal import Decimal

import pytest
from django.test import Client

from refunds.services import record_chargeback
from tests.browser import text
from tests.world import World

pytestmark = pytest.mark.django_db
HELD = ("¥50.00 disputed: your bank is deciding", "¥50.00 存在争议，您的银行正在处理")
BACK = ("¥50.00 paid back by your bank", "¥50.00 已由您的银行退回")


@pytest.mark.parametrize(("status", "said"), [("open", HELD), ("lost", BACK), ("won", None)])
def test_a_payment_says_what_the_bank_holds_and_what_it_has_paid_back(
    world: World, alice: Client, status: str, said: tuple[str, str] | None
) -> None:
    order = world.delivered()
    for reported in dict.fromkeys(("open", status)):
        record_chargeback(
            order,
            transaction_no=order.payments.get().transaction_no,
            chargeback_no="CB-1",
            amount=Decimal("50.00"),
            status=reported,
            reason="product not received",
            actor=world.actor("oms", order.shop),
            now=world.now,
        )
    pages = [
        text(alice.get(f"/orders/{order.order_no}/", headers={"accept-language": language}))
        for language in ("en", "zh-hans")
    ]
    for both in (HELD, BACK):
        assert [words in page for words, page in zip(both, pages, strict=True)] == [both == said] * 2
