"""An application before it is sent: what may be chosen when one is changed, what could be sent instead, and what the
present choice would come to. Everything is read once and then computed in memory; nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from kernel.money import ZERO
from orders.models import Order, OrderLine, Reservation, Sku

from ..ledger.allocation import Allocation
from ..models import Ticket
from ..rules.amounts import Quote, unit_difference
from ..rules.application import Application, application_of
from ..rules.eligibility import may_be_sent
from ..rules.facts import Facts
from ..rules.freight import others_of
from ..rules.promotion_facts import keeping_of
from ..services.applying.columns import first_status
from ..services.applying.quote import quote_of
from ..states import Fault, Status, Type
from .options import Choices
from .options import choices as read_choices

# Enough for the sizes and colours of a product, and a bound for shops with a large category.
MAX_VARIANTS = 200


@dataclass(frozen=True)
class Preview:
    """`quote` is what `services.quote` answers for the same application."""

    facts: Facts
    quote: Quote

    @property
    def at_once(self) -> bool:
        return first_status(self.facts) == Status.PENDING_REFUND

    @property
    def retained(self) -> Decimal:
        """What the shop keeps of the goods' price where only a part is asked back (S-058)."""
        paid = sum((max(requested.line.free_amount, ZERO) for requested in self.facts.requested_lines), ZERO)
        return max(paid - self.quote.total, ZERO)


def preview(choices: Choices, application: Application) -> Preview:
    """At most two statements: payments, and the other tickets where freight is still to be given back; two more for an
    order that was bought under promotions."""
    facts = choices.facts(application)
    facts.others = others_of(choices.order)
    facts.keeping = keeping_of(choices.order, choices.lines)
    claims = application.claimed_amount is not None
    judged = choices.judgement(application.type, application.lines, application.received, claims=claims)
    return Preview(facts, quote_of(facts, judged.goods))


def to_amend(ticket: Ticket, *, now: datetime) -> tuple[Choices, Application]:
    """What the buyer of `ticket` may choose from to change it, and what was chosen. What the ticket itself has
    reserved counts as free. Fetch with `access.ticket_to_amend`; two statements more than `choices`."""
    available = read_choices(ticket.order, now=now)
    available.first_applied_at = ticket.created_at
    allocation = Allocation.of(ticket, available.order)
    available.own_lines = frozenset(item.line_id for item in allocation.lines)
    if allocation.reserved:
        _set_free(available, allocation)
    return available, application_of(ticket, allocation.lines)


def _set_free(choices: Choices, allocation: Allocation) -> None:
    """In memory only; `amend` releases and reserves again when the changed application is sent."""
    by_id = {line.pk: line for line in choices.lines}
    for item in allocation.lines:
        item.line = by_id[item.line_id]
    allocation.deallocate()
    for reservation in (item.reservation for item in allocation.lines):
        if reservation is not None and reservation.state == Reservation.State.RESERVED:
            free = choices.stock.get(reservation.sku_id, 0)
            choices.stock[reservation.sku_id] = free + reservation.quantity


@dataclass(frozen=True)
class Variant:
    """What can be sent instead of a line's goods. `difference`: what a unit costs, or below zero gives back, where the
    choice is the buyer's (F-9)."""

    sku: Sku
    difference: Decimal
    available: bool
    same: bool = False
    units: int = 0
    """On the shelf, not promised to anybody."""

    @property
    def saved(self) -> Decimal:
        """How much less it costs, a unit."""
        return max(-self.difference, ZERO)


def variants(choices: Choices) -> dict[int, list[Variant]]:
    """Line id → the same goods first, then others of their product or category that are in stock (S-020, S-153). One
    statement. The SKUs found are added to `choices`."""
    lines = [
        line for line in choices.lines if line.shipped_quantity and line.left_quantity and not line.exchange_excluded
    ]
    others = _alike(choices, lines)
    return {line.pk: [_same(choices, line), *_instead(choices, line, others)] for line in lines}


def _same(choices: Choices, line: OrderLine) -> Variant:
    on_shelf = choices.stock.get(line.sku_id, 0)
    available = on_shelf > 0 or not choices.order.shop.policy.exchange_only_in_stock
    return Variant(line.sku, ZERO, available, same=True, units=on_shelf)


def _instead(choices: Choices, line: OrderLine, others: list[Sku]) -> list[Variant]:
    """Other sizes and colours of the product first, then what else is of its category."""
    alike = sorted(
        (sku for sku in others if _fits(choices.order, line, sku)), key=lambda sku: not sku.same_product(line.sku)
    )
    return [_variant(line, sku, choices.stock.get(sku.pk, 0)) for sku in alike]


def _alike(choices: Choices, lines: list[OrderLine]) -> list[Sku]:
    titles, kinds = {line.sku.title for line in lines}, {line.sku.category for line in lines if line.sku.category}
    products = {line.sku.product for line in lines if line.sku.product}
    if not lines:
        return []
    rows = Sku.objects.filter(
        Q(title__in=titles) | Q(product__in=products) | Q(category__in=kinds), shop_id=choices.order.shop_id
    )
    # Not offered: what S-010 excludes from exchange, and virtual goods, which are not sent.
    rows = rows.filter(exchange_excluded=False, virtual=False, stock__on_hand__gt=0).select_related("stock")
    alike = [sku for sku in rows.order_by("title", "spec", "code")[:MAX_VARIANTS] if sku.stock.available > 0]
    choices.skus |= {sku.code: sku for sku in alike}
    # Never over a figure that is there: in an amendment it counts what the ticket itself has reserved as free.
    choices.stock |= {sku.pk: sku.stock.available for sku in alike if sku.pk not in choices.stock}
    return alike


def _fits(order: Order, line: OrderLine, sku: Sku) -> bool:
    alike = sku.same_product(line.sku) or (bool(sku.category) and sku.category == line.sku.category)
    return alike and sku.pk != line.sku_id and may_be_sent(order, line, sku)


def _variant(line: OrderLine, sku: Sku, units: int) -> Variant:
    return Variant(sku, unit_difference(line, sku, Fault.BUYER), available=True, units=units)


def asks_received(choices: Choices, type_: str) -> bool:
    """Is the buyer asked whether the goods have come? Only while it is not proven of each shipped line."""
    shipped = [line for line in choices.lines if line.shipped_quantity]
    return type_ == Type.REFUND_ONLY and any(not line.delivery_proven for line in shipped)


def applications_left(choices: Choices, line: OrderLine) -> int:
    """How often the line may still be applied for without success (B-08)."""
    return max(choices.order.policy.max_applications - line.failed_applications, 0)
