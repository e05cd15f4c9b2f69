"""By which payment of its order, and through which account, a payable can be paid out now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kernel.calls import clock
from orders.models import Payment
from orders.models.payment import Purpose

from .. import channel_settings
from ..gateways import Accounts, Transferring, transferring
from ..payables.machine import Payee, Status
from ..payables.models import Payable
from .models import Transfer


@dataclass(frozen=True)
class Route:
    """`account_id`: None for the account of the environment."""

    payment: Payment
    account_id: int | None


@dataclass(frozen=True)
class Payout:
    """How a payable is, or was last, paid out: its last transfer, and the channel by which it can be paid now."""

    transfer: Transfer | None = None
    channel: str = ""

    @property
    def stoppable(self) -> bool:
        row = self.transfer
        if row is None or row.ended or row.checked_at is not None:
            return False
        return row.may_be_called_off or not is_answered(row, clock.wall())


NONE = Payout()


def is_answered(row: Transfer, wall: datetime) -> bool:
    """Whether the channel's word about it still counts, or nothing has left. Not: it does not remember it any more, or
    nobody can ask it, because its account is gone. Fetch with its payment."""
    if row.sent_at is None:
        return True
    return not row.is_unanswered(wall) and _channel_of(row) is not None


def _channel_of(row: Transfer) -> Transferring | None:
    accounts = Accounts.of_shops([row.shop_id])
    return transferring(accounts.sent_through(row.payment.channel, row.merchant_account_id).gateway)


def routes(payables: Iterable[Payable]) -> dict[int, Route]:
    """By id of the payable, fetched with its order; one that cannot be paid so is not there. Two statements, one where
    no payment is of a channel with transfers, none where nothing is approved."""
    approved = [row for row in payables if row.status == Status.APPROVED and row.payee == Payee.BUYER]
    if not approved:
        return {}
    shops, orders = {row.shop_id for row in approved}, {row.order_id for row in approved}
    rows = Payment.objects.filter(shop_id__in=shops, order_id__in=orders, channel__in=channel_settings.TRANSFERS)
    payments: dict[int, list[Payment]] = defaultdict(list)
    # The largest first: of those who can be paid, the one who paid most of the order.
    for payment in rows.filter(purpose=Purpose.ORDER, captured__gt=0).order_by("-captured", "pk"):
        payments[payment.order_id].append(payment)
    if not payments:
        return {}
    accounts = Accounts.of_shops(shops)
    possible = {row.pk: _route(row, payments[row.order_id], accounts) for row in approved}
    return {pk: route for pk, route in possible.items() if route is not None}


def _route(payable: Payable, payments: list[Payment], accounts: Accounts) -> Route | None:
    for payment in payments:
        connection = accounts.connection(payment.channel, payable.shop_id, payment.paid_at)
        channel = transferring(connection.gateway)
        if channel and channel.on and _fits(payable, channel):
            return Route(payment, connection.account_id)
    return None


def _fits(payable: Payable, channel: Transferring) -> bool:
    return payable.currency == channel.currency and channel.least <= payable.amount <= channel.most


def payouts(payables: Iterable[Payable], *, choose: bool = True) -> dict[int, Payout]:
    """Of each, fetched with its order: one statement where any was transferred, and those of `routes` where somebody
    may `choose` by which channel it is paid."""
    rows = list(payables)
    numbers = [row.transfer_no for row in rows if row.transfer_no]
    last: dict[int, Transfer] = {}
    if numbers:
        transfers = Transfer.objects.filter(shop_id__in={row.shop_id for row in rows}, transfer_no__in=numbers)
        last = {row.payable_id: row for row in transfers.select_related("payment")}
    free = routes(rows) if choose else {}
    return {row.pk: Payout(last.get(row.pk), free[row.pk].payment.channel if row.pk in free else "") for row in rows}
