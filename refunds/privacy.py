"""What refunds hold of a person: the proof of a settlement by hand, and what a channel said of an account (D-6)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.export import except_from_export, export
from accounts.privacy.parts import Blocker, Part, register
from kernel.actors import Actor
from orders.models import Order
from orders.privacy import OfOrder, add_to_orders, mark

from .machine import OPEN, Status
from .models import Refund


def _refunds(shop_id: int, ids: list[int]) -> dict[int, int]:
    rows = Refund.objects.filter(shop_id=shop_id, payment__order_id__in=ids, payment__shop_id=shop_id)
    return dict(rows.values_list("pk", "payment__order_id"))


def _erase(order: Order, user: User, actor: Actor) -> None:
    for refund in Refund.objects.filter(shop_id=order.shop_id, pk__in=_refunds(order.shop_id, [order.pk])):
        refund.proof, refund.last_error = mark(refund.proof), mark(refund.last_error)
        refund.failure_reason = mark(refund.failure_reason)
        refund.save(update_fields=["proof", "last_error", "failure_reason"])


def money_on_its_way(user: User) -> bool:
    rows = Refund.objects.filter(payment__order__buyer_id=user.pk)
    return rows.filter(status__in=OPEN).exists() or rows.filter(status=Status.FAILED, retried_as=None).exists()


add_to_orders(OfOrder(machine="refund", rows=_refunds, erase=_erase))
register(
    Part(
        name="refunds",
        blockers=(
            Blocker(
                "open_refunds",
                _("A refund to you is on its way or has failed. Wait until you have your money."),
                money_on_its_way,
            ),
        ),
    )
)

export(
    Refund,
    lambda user: Refund.objects.filter(payment__order__buyer_id=user.pk),
    proposed_by="who of the shop proposed it",
    claimed_until="inner working",
)
except_from_export(
    {
        "refunds.merchantaccount": "a shop's account at a channel",
        "refunds.sandboxrefund": "what a payment channel keeps, in trials",
    }.items()
)
