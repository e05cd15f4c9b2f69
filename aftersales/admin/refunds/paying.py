"""What a step at the desk pays, in the words of the page that asks before it (`web.confirm`)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.money import ZERO
from orders.models import Order
from refunds import services as refunds
from refunds.labels import tender_texts
from refunds.models import Refund
from web.confirm import Confirmation, watch_with
from web.context import Text
from web.money import format_money

from ...models import Ticket
from ...wording.whereabouts import goods_text, whereabouts

Facts = tuple[tuple[Text, str], ...]


@watch_with
def paying(row: Any, step: Callable[[], Any]) -> tuple[Any, Confirmation | None]:
    """`step` on a ticket, an order or a refund, and the refunds that it reserves. On other rows nothing is paid."""
    order = _order_of(row)
    if order is None:
        return step(), None
    result, reserved = refunds.reserved_by(order, step)
    if not reserved:
        return result, None
    total = format_money(sum((refund.amount for refund in reserved), ZERO), order.currency)
    ticket = result if isinstance(result, Ticket) else _ticket_of(reserved[0])
    facts = (*_goods(ticket), *_tenders(reserved, order.currency))
    return result, Confirmation(total, facts, getattr(row, "version", None))


def _order_of(row: Any) -> Order | None:
    if isinstance(row, Refund):
        return row.payment.order
    return row if isinstance(row, Order) else getattr(row, "order", None)


def _ticket_of(refund: Refund) -> Ticket | None:
    return Ticket.objects.filter(shop_id=refund.shop_id, ticket_refunds__refund=refund).first()


def _goods(ticket: Ticket | None) -> Facts:
    if ticket is None:
        return ()
    lines = list(ticket.lines.select_related("line"))
    return (
        (_("ticket"), ticket.ticket_no),
        (_("buyer"), ticket.buyer.display_name),
        (_("goods"), goods_text(lines)),
        (_("where the goods are"), whereabouts(ticket, lines)),
    )


def _tenders(reserved: list[Refund], currency: str) -> Facts:
    texts = tender_texts((one.payment.channel, "", one.payment.transaction_no) for one in reserved)
    return tuple((text, format_money(one.amount, currency)) for text, one in zip(texts, reserved, strict=True))
