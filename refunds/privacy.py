"""What refunds hold of a person: the proof of a settlement by hand, and what a channel said of an account (D-6)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.export import except_from_export, export
from accounts.privacy.parts import Blocker, Part, register
from kernel.actors import Actor
from orders.models import Order
from orders.privacy import OfOrder, add_to_orders, mark

from .machine import OPEN
from .models import ChannelNotice, Chargeback, Complaint, Payable, Redirection, Refund, Transfer
from .payables.machine import UNPAID as PAYABLE
from .payables.machine import Payee
from .payables.models import FOR_BUYERS
from .worklist import UNRESOLVED


def _refunds(shop_id: int, ids: list[int]) -> dict[int, int]:
    rows = Refund.objects.filter(shop_id=shop_id, payment__order_id__in=ids, payment__shop_id=shop_id)
    return dict(rows.values_list("pk", "payment__order_id"))


def _erase(order: Order, user: User, actor: Actor) -> None:
    for refund in Refund.objects.filter(shop_id=order.shop_id, pk__in=_refunds(order.shop_id, [order.pk])):
        refund.proof, refund.last_error = mark(refund.proof), mark(refund.last_error)
        refund.refusal = mark(refund.refusal)
        refund.failure_reason, refund.received_account = mark(refund.failure_reason), mark(refund.received_account)
        refund.call_off_note, refund.redirected_to = mark(refund.call_off_note), mark(refund.redirected_to)
        refund.save(
            update_fields=[
                "proof", "last_error", "refusal", "failure_reason", "received_account", "call_off_note",
                "redirected_to",
            ]
        )  # fmt: skip
    notices = ChannelNotice.objects.filter(
        shop_id=order.shop_id, refund__payment__order=order, refund__payment__shop_id=order.shop_id
    )
    notices.exclude(received_account="").update(received_account="")
    for row in Redirection.objects.filter(
        shop_id=order.shop_id, refund__payment__order=order, refund__payment__shop_id=order.shop_id
    ):
        row.bank, row.account, row.note, row.error = (
            mark(text) for text in (row.bank, row.account, row.note, row.error)
        )
        row.save(update_fields=["bank", "account", "note", "error"])


def _complaints(shop_id: int, ids: list[int]) -> dict[int, int]:
    rows = Complaint.objects.filter(shop_id=shop_id, payment__order_id__in=ids, payment__shop_id=shop_id)
    return dict(rows.values_list("pk", "payment__order_id"))


def _erase_complaints(order: Order, user: User, actor: Actor) -> None:
    for row in Complaint.objects.filter(shop_id=order.shop_id, pk__in=_complaints(order.shop_id, [order.pk])):
        row.text = mark(row.text)
        row.save(update_fields=["text"])


def _payables(shop_id: int, ids: list[int]) -> dict[int, int]:
    return dict(Payable.objects.filter(shop_id=shop_id, order_id__in=ids).values_list("pk", "order_id"))


def _erase_payables(order: Order, user: User, actor: Actor) -> None:
    for payable in Payable.objects.filter(shop_id=order.shop_id, order=order):
        payable.proof, payable.ground = mark(payable.proof), mark(payable.ground)
        payable.save(update_fields=["proof", "ground"])
    for transfer in Transfer.objects.filter(shop_id=order.shop_id, payable__order=order):
        transfer.received_account, transfer.last_error = mark(transfer.received_account), mark(transfer.last_error)
        transfer.failure_reason, transfer.confirmation = mark(transfer.failure_reason), mark(transfer.confirmation)
        transfer.refusal = mark(transfer.refusal)
        transfer.save(update_fields=["received_account", "last_error", "failure_reason", "confirmation", "refusal"])


def owed_beyond_refunds(user: User) -> bool:
    return Payable.objects.filter(order__buyer_id=user.pk, payee=Payee.BUYER, status__in=PAYABLE).exists()


def money_on_its_way(user: User) -> bool:
    rows = Refund.objects.filter(payment__order__buyer_id=user.pk)
    return rows.filter(status__in=OPEN).exists() or rows.filter(UNRESOLVED).exists()


add_to_orders(OfOrder(machine="refund", rows=_refunds, erase=_erase))
add_to_orders(OfOrder(machine="complaint", rows=_complaints, erase=_erase_complaints))
add_to_orders(OfOrder(machine="payable", rows=_payables, erase=_erase_payables))
register(
    Part(
        name="refunds",
        blockers=(
            Blocker(
                "open_refunds",
                _("A refund to you is on its way or has failed. Wait until you have your money."),
                money_on_its_way,
            ),
            Blocker(
                "open_payables",
                _("A shop still owes you money for shipping or as goodwill. Wait until it is paid."),
                owed_beyond_refunds,
            ),
        ),
    )
)

export(
    Refund,
    lambda user: Refund.objects.filter(payment__order__buyer_id=user.pk),
    proposed_by="who of the shop proposed it",
    redirection_proposed_by="who of the shop proposed it",
    claimed_until="inner working",
    on_hold="inner working",
)
export(
    Redirection,
    lambda user: Redirection.objects.filter(refund__payment__order__buyer_id=user.pk),
    sealed="encrypted, until the channel has it",
    asked_at="inner working",
    proposed_by="who of the shop proposed it",
    confirmed_by="who of the shop confirmed it",
)
export(
    Payable,
    lambda user: Payable.objects.filter(FOR_BUYERS, order__buyer_id=user.pk),
    approved_by="who of the shop approved it",
    paid_by="who of the shop paid it",
    paying_by="who of the shop chose its transfer",
    call_off_proposed_by="who of the shop looked for its transfer",
    key="inner working",
)
export(
    Transfer,
    lambda user: Transfer.objects.filter(payable__order__buyer_id=user.pk),
    claimed_until="inner working",
    last_sent_at="inner working",
    checked_at="inner working",
    confirmation="opens the page of the payment channel, once",
)
export(Chargeback, lambda user: Chargeback.objects.filter(payment__order__buyer_id=user.pk))
export(
    Complaint,
    lambda user: Complaint.objects.filter(payment__order__buyer_id=user.pk),
    asked_at="inner working",
)
except_from_export(
    {
        "refunds.difference": "a difference with a channel, and who of the shop closed it",
        "refunds.merchantaccount": "a shop's account at a channel",
        "refunds.channelnotice": "what a payment channel says of a refund; the refund itself is in it",
        "refunds.sandboxrefund": "what a payment channel keeps, in trials",
    }.items()
)
