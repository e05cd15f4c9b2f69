"""What is recorded here of the chargeback that a notice is about."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.languages import paragraph
from kernel.money import ZERO
from orders.models import Payment
from web.money import format_money

from ..gateways import NoticeKind
from ..models import ChannelNotice, Chargeback
from . import wording
from .models import Flag
from .verified import of_its_shops, payments_of


def recorded(row: ChannelNotice) -> list[Chargeback]:
    """By its number at the channel: one, or one an order where the transaction paid several. With payment and order."""
    if row.kind != NoticeKind.CHARGEBACK or not row.chargeback_no:
        return []
    rows = Chargeback.objects.filter(channel=row.channel, chargeback_no__same_number=row.chargeback_no)
    return list(of_its_shops(rows, row).select_related("payment__order").order_by("pk"))


def paid(row: ChannelNotice) -> list[Payment]:
    """By the numbers of the transaction. With their orders."""
    return list(payments_of(row)) if row.kind == NoticeKind.CHARGEBACK else []


def why(row: ChannelNotice, known: Sequence[Chargeback]) -> str:
    """Why a person has to look, by what is recorded (`known`), and what to do about it."""
    amount = sum((each.amount for each in known), ZERO)
    if not known or row.amount in (None, amount):
        return wording.why(row)
    amounts = {
        "here": format_money(amount, known[0].payment.order.currency),
        "there": format_money(row.amount or Decimal(0), row.currency or "CNY"),
    }
    if row.flag == Flag.CHARGEBACK:
        return (
            _(
                "This chargeback is recorded already, with %(here)s; the notice says %(there)s. Compare both with the"
                " channel's console. What is recorded stays as it is."
            )
            % amounts
        )
    if row.flag == Flag.UNKNOWN_PAYMENT and row.amount and amount < row.amount:
        part = _("Of %(there)s, %(here)s is recorded, with the orders that are here.") % amounts
        return paragraph(Flag(row.flag).label, part, wording.NEXT_STEPS[row.flag])
    return wording.why(row)
