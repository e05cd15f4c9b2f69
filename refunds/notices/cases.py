"""What is recorded here of the chargeback that a notice is about."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.money import ZERO
from orders.models import Payment
from web.money import format_money

from ..gateways import NoticeKind
from ..models import ChannelNotice, Chargeback


def recorded(row: ChannelNotice) -> list[Chargeback]:
    """By its number at the channel: one, or one an order where the transaction paid several. With payment and order."""
    if row.kind != NoticeKind.CHARGEBACK or not row.chargeback_no:
        return []
    rows = Chargeback.objects.filter(channel=row.channel, chargeback_no__same_number=row.chargeback_no)
    return list(rows.select_related("payment__order").order_by("pk"))


def paid(row: ChannelNotice) -> list[Payment]:
    """By the numbers of the transaction. With their orders."""
    numbers = [number for number in (row.transaction_no, row.charge_no) if number]
    if row.kind != NoticeKind.CHARGEBACK or not numbers:
        return []
    rows = Payment.objects.filter(channel=row.channel, transaction_no__in=numbers)
    return list(rows.select_related("order").order_by("order_id", "pk"))


def differs_text(row: ChannelNotice, known: Sequence[Chargeback]) -> str:
    """Where it is recorded with another amount; "": it isn't, or with this one."""
    amount = sum((each.amount for each in known), ZERO)
    if not known or row.amount in (None, amount):
        return ""
    return _(
        "This chargeback is recorded already, with %(here)s; the notice says %(there)s. Compare both with the channel's"
        " console. Nothing was moved here."
    ) % {
        "here": format_money(amount, known[0].payment.order.currency),
        "there": format_money(row.amount or Decimal(0), row.currency or "CNY"),
    }
