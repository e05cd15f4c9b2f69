"""Send the replacement, or convert a ticket that cannot be fulfilled into a refund."""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import machine
from kernel.actors import BUYER, MERCHANT, Actor
from kernel.errors import AmountExceeded, Invalid
from kernel.machine import update_columns
from kernel.money import ZERO, part
from logistics import services as logistics
from logistics.models import Parcel, ReturnAddress
from logistics.services import default_address
from orders.models import Order

from ..conditions import awaits_goods
from ..ledger import stock
from ..ledger.allocation import Allocation, Approved
from ..ledger.exchange import Settled, settle_sent
from ..models import Ticket, TicketLine
from ..rules.amounts import received_part
from ..rules.detour import buyer_keeps
from ..rules.given import goods_given, goods_worth
from ..states import MONEY_TYPES, Status, Type
from . import authority, refunding
from .actions import buyer_may_convert
from .guards import barred, require, require_text
from .locking import lock
from .parcels import attach_parcel, retire_parcel


@transaction.atomic
def reship(
    ticket: Ticket,
    *,
    courier: str,
    tracking_no: str,
    advance: bool = False,
    note: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Ticket:
    """Possible once the goods were received; before that only with `advance` and a note (S-091). Again when the
    replacement was lost."""
    order, ticket = lock(ticket)
    require(ticket, "reship", actor, version, now=now)
    ahead = ticket.status == Status.PENDING_RESHIP and awaits_goods(ticket)
    if ahead and not advance:
        # The machine would offer `reship` again, which is refused without `advance`.
        raise barred(ticket, "reship", actor, now=now)
    if ahead:
        require_text("note", note, _("Say why you're sending the replacement before the goods are back."))
    allocation = Allocation.of(ticket, order)
    _take_from_stock(allocation, now=now)
    settled = settle_sent(allocation) if ticket.type == Type.EXCHANGE else None
    _give(allocation, ahead, settled, actor=actor, now=now)
    _send(ticket, allocation.lines, order, courier, tracking_no, actor=actor, now=now)
    data = {"courier": courier, "tracking_no": tracking_no}
    fields = {"price_difference": settled.difference} if settled else {}
    ticket = machine.advance(ticket.reship, actor=actor, now=now, note=note, data=data, advance=ahead, **fields)
    if settled is not None:
        refunding.settle_difference(ticket, order, settled, actor=actor, now=now)
    return ticket


def _take_from_stock(allocation: Allocation, *, now: datetime) -> None:
    ticket, order = allocation.ticket, allocation.order
    before = ticket.replacement_parcel if ticket.reshipped_at is not None else None
    if before is not None and before.counted_at is not None and not order.shop.policy.exchange_deduct_offline:
        # It came back undelivered and went on the shelf: it leaves once more (S-153).
        units = {item.line_id: item.returned_quantity for item in allocation.lines}
        logistics.take_off_the_shelf(before, units)
        return
    stock.consume(ticket, allocation.lines, order, now=now)


def _give(allocation: Allocation, ahead: bool, settled: Settled | None, *, actor: Actor, now: datetime) -> None:
    """Against the person's limit: the differences that are paid back, and what the parcel gives away; one that is sent
    again after a loss, as a whole."""
    ticket, lines = allocation.ticket, allocation.lines
    money = sum(settled.back.values(), settled.unused) if settled else ZERO
    again = ticket.reshipped_at is not None
    goods = goods_worth(ticket, lines) if again else goods_given(ticket, lines, ahead or ticket.returnless)
    authority.give(ticket, goods + money, actor=actor, now=now, again=again, carries_out=not (ahead or again))


def _send(
    ticket: Ticket,
    lines: list[TicketLine],
    order: Order,
    courier: str,
    tracking_no: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    kind = Parcel.Kind.REPLACEMENT
    # Units that did not come back are not replaced.
    goods = [item for item in lines if not item.line.virtual and item.returned_quantity]
    if not goods:  # S-170: card keys travel without a parcel
        retire_parcel(ticket, kind)
        return
    parcel = logistics.create_parcel(
        order,
        kind,
        courier=courier,
        tracking_no=tracking_no,
        units={item.line_id: item.returned_quantity for item in goods},
        skus={
            item.line_id: item.exchange_sku_id for item in goods if item.exchange_sku_id not in (None, item.line.sku_id)
        },
        actor=actor,
        now=now,
    )
    attach_parcel(ticket, parcel)


@transaction.atomic
def convert(
    ticket: Ticket, *, to: str, note: str = "", version: int | None = None, actor: Actor, now: datetime
) -> Ticket:
    """Turns an exchange, a repair or a reissue into a refund: by the merchant, or by the buyer once it is overdue. What
    the buyer would keep goes to review where no person of the shop has approved (E-6)."""
    if to not in MONEY_TYPES:
        raise Invalid(errors={"to": [_("Choose return_refund or refund_only.")]})
    order, ticket = lock(ticket)
    require(ticket, "convert", actor, version, now=now)
    if actor.kind == BUYER and not buyer_may_convert(ticket):
        raise barred(ticket, "convert", actor, now=now)
    allocation = Allocation.of(ticket, order)
    if buyer_keeps(ticket, allocation.lines, to) and not _approved_by_a_person(ticket):
        return _to_review(allocation, note, actor=actor, now=now)
    return _pay_instead(allocation, to, note, actor=actor, now=now)


def _approved_by_a_person(ticket: Ticket) -> bool:
    """The last approval counts: a ticket that was reopened may have been approved twice."""
    last = ticket.history().filter(action="approve").order_by("-sequence").values_list("actor_kind", flat=True).first()
    return last == MERCHANT


def _to_review(allocation: Allocation, note: str, *, actor: Actor, now: datetime) -> Ticket:
    """The refund is asked for and not decided: its limit is checked by whoever approves it."""
    ticket, to = allocation.ticket, Type.REFUND_ONLY
    money = price_as_refund(allocation, to)
    stock.release(allocation.lines, now=now)
    refunding.give_difference_back(ticket, actor=actor, now=now)
    data = {"to": to, "remark": "converted_to_review"}
    return machine.advance(
        ticket.convert, actor=actor, now=now, note=note, data=data, to=to, review=True,
        requested_amount=money["requested_amount"], price_difference=money["price_difference"],
        freight_amount=money["freight_amount"], approved_amount=None,
    )  # fmt: skip


def turn_into_refund(
    ticket: Ticket, order: Order, to: str, note: str, *, amount: Decimal | None, actor: Actor, now: datetime
) -> Ticket:
    """`convert` with the order locked already, on terms that the shop offered and the buyer accepted. `amount` None:
    all of it."""
    return _pay_instead(Allocation.of(ticket, order), to, note, amount=amount, actor=actor, now=now)


def _pay_instead(
    allocation: Allocation, to: str, note: str, *, amount: Decimal | None = None, actor: Actor, now: datetime
) -> Ticket:
    ticket, order = allocation.ticket, allocation.order
    money = price_as_refund(allocation, to)
    if amount is not None:
        money = _agreed(allocation, money, amount)
    # With what was paid for the replacement, and beside the goods of a parcel that was lost.
    amount_given = money["approved_amount"] + refunding.difference_left(ticket)
    authority.give(ticket, amount_given, actor=actor, now=now, again=ticket.reshipped_at is not None)
    stock.release(allocation.lines, now=now)
    # The buyer paid the difference for a replacement that will not be sent.
    refunding.give_difference_back(ticket, actor=actor, now=now)
    fields = {**money, **_address(ticket, to)}
    ticket = machine.advance(ticket.convert, actor=actor, now=now, note=note, data={"to": to}, to=to, **fields)
    if ticket.status == Status.PENDING_REFUND and not awaits_goods(ticket):
        ticket = refunding.start(ticket, order, actor=actor, now=now)
    return ticket


class Converted(Approved, total=False):
    """The columns that a conversion sets. `reduced`: where the buyer accepted less."""

    requested_amount: Decimal
    price_difference: Decimal
    reduced: bool


def _agreed(allocation: Allocation, money: Converted, amount: Decimal) -> Converted:
    if amount > allocation.total:
        raise AmountExceeded(details={"ceiling": str(allocation.total)})
    reduced = amount < allocation.total
    allocation.reprice_total(amount, allocation.freight)
    if reduced:  # units that come late are paid at the rate that was agreed on
        for item in allocation.lines:
            if item.whole_amount is not None and item.returned_quantity:
                unit = allocation.order.unit
                item.whole_amount = part(item.refund_amount, item.quantity, item.returned_quantity, unit)
        update_columns(allocation.lines, ["whole_amount"])
    return {**money, **allocation.approved(), "reduced": reduced}


def price_as_refund(allocation: Allocation, to: str) -> Converted:
    """Prices the refund as if the buyer had applied for it: worth of the units, freight by fault."""
    amounts = []
    for item in allocation.lines:
        # Claims (S-058) may have used up a part of the line's money. What this ticket has reserved counts as free, and
        # what a cheaper replacement that got lost gave back was paid already.
        share = min(item.share_amount, item.line.free_amount + item.refund_amount + item.given_back)
        left = received_part(share, item.returned_quantity, item.quantity, allocation.order.unit) - item.given_back
        amounts.append(max(left, ZERO))
        if item.returned_quantity < item.quantity:
            item.whole_amount = share
    freight = allocation.freight_for(allocation.returned(), to=to)
    deductions = allocation.deductions_for(sum(amounts, ZERO) + freight, to=to)
    # The buyer asked for goods: what becomes a refund because they cannot be sent costs them no discount.
    allocation.deductions = deductions.waive(deductions.total)
    allocation.reprice(amounts, freight)
    update_columns(allocation.lines, ["whole_amount"])
    return {**allocation.approved(), "requested_amount": allocation.total, "price_difference": ZERO}


class Address(TypedDict, total=False):
    return_address: ReturnAddress
    return_address_copy: dict[str, object]


def _address(ticket: Ticket, to: str) -> Address:
    """The return address, when a ticket that has none yet becomes a return."""
    address = None if to == Type.REFUND_ONLY or ticket.return_address_copy else default_address(ticket.shop_id)
    return {} if address is None else {"return_address": address, "return_address_copy": address.as_dict()}
