"""Steps of a scene for the money beside its refunds: what the shop owes the buyer, and what a bank takes back."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from aftersales import services
from refunds.chargebacks.record import record_chargeback
from refunds.models import Payable
from refunds.payables import services as payables

if TYPE_CHECKING:
    from .story import Story

GOODWILL = Decimal("20.00")


def grant(story: "Story") -> None:
    ground = "耽误了您的时间，店铺补偿。"
    services.create_payable(
        story.ticket, kind="goodwill", amount=GOODWILL, ground=ground, actor=story.manager, now=story.at
    )


def approve(story: "Story") -> None:
    """By the platform, so that the manager may pay."""
    services.approve_payable(_owed(story), actor=story.cast.support("song"), now=story.at)


def pay(story: "Story") -> None:
    proof = f"ALIPAY-{20_000_000 + story.number}"
    services.pay_payable(_owed(story), proof=proof, actor=story.manager, now=story.at)


def cancel(story: "Story") -> None:
    payables.cancel(_owed(story), note="与买家协商一致，改赠优惠券。", actor=story.manager, now=story.at)


def _owed(story: "Story") -> Payable:
    return Payable.objects.get(shop_id=story.shop.pk, ticket_payable__ticket=story.ticket)


def charge_back(story: "Story") -> None:
    """The payer's bank takes the whole payment back, and has not decided yet."""
    payment = story.order.payments.get()
    record_chargeback(
        story.order,
        transaction_no=payment.transaction_no,
        chargeback_no=f"CB-{story.order.order_no}",
        amount=payment.captured,
        status="open",
        reason="持卡人称未收到商品",
        actor=story.integration,
        now=story.at,
    )


# Each with the hours that usually pass before it, as in `story.STEPS`.
STEPS: dict[str, tuple[float, "Callable[[Story], None]"]] = {
    "grant": (2, grant),
    "approve_payable": (4, approve),
    "pay_payable": (18, pay),
    "cancel_payable": (5, cancel),
    "chargeback": (30, charge_back),
}
