"""An application before it is sent: what may be chosen when one is changed, what could be sent instead, and what the
present choice would come to. Everything is read once and then computed in memory; nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from kernel.money import ZERO
from orders.models import OrderLine, Reservation, Sku

from ..ledger.allocation import Allocation
from ..models import Ticket
from ..rules.amounts import Quote
from ..rules.application import Application, application_of
from ..rules.facts import Facts, approved_units
from ..services.apply import first_status
from ..services.quote import quote_of
from ..states import Status, Type
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
    """At most two statements: payments, and approved units where freight is still to be given back."""
    facts = choices.facts(application)
    facts.approved_units = approved_units(choices.order)
    return Preview(facts, quote_of(facts))


def to_amend(ticket: Ticket, *, now: datetime) -> tuple[Choices, Application]:
    """What the buyer of `ticket` may choose from to change it, and what was chosen. What the ticket itself has
    reserved counts as free. Fetch with `access.ticket_to_amend`; two statements more than `choices`."""
    available = read_choices(ticket.order, now=now)
    allocation = Allocation.of(ticket, available.order)
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
    """What can be sent instead of a line's goods. `difference`: list price now − list price paid, a unit (F-9)."""

    sku: Sku
    difference: Decimal
    available: bool
    same: bool = False

    @property
    def saved(self) -> Decimal:
        """How much less it costs, a unit."""
        return max(-self.difference, ZERO)


def variants(choices: Choices) -> dict[int, list[Variant]]:
    """Line id → the same goods first, then others of the shop with their title or category that are in stock
    (S-020, S-153). One statement. The SKUs found are added to `choices`."""
    lines = [line for line in choices.lines if line.shipped_quantity and not line.exchange_excluded]
    others = _alike(choices, lines)
    only_in_stock = choices.order.shop.policy.exchange_only_in_stock
    by_line = {}
    for line in lines:
        on_shelf = choices.stock.get(line.sku_id, 0) > 0 or not only_in_stock
        same = Variant(line.sku, ZERO, on_shelf, same=True)
        by_line[line.pk] = [same, *(_variant(line, sku) for sku in others if _fits(line, sku))]
    return by_line


def _alike(choices: Choices, lines: list[OrderLine]) -> list[Sku]:
    titles, kinds = {line.sku.title for line in lines}, {line.sku.category for line in lines if line.sku.category}
    if not lines:
        return []
    rows = Sku.objects.filter(Q(title__in=titles) | Q(category__in=kinds), shop_id=choices.order.shop_id)
    # Not offered: what S-010 excludes from exchange, and virtual goods, which are not sent.
    rows = rows.filter(exchange_excluded=False, virtual=False, stock__on_hand__gt=0).select_related("stock")
    alike = [sku for sku in rows.order_by("title", "spec", "code")[:MAX_VARIANTS] if sku.stock.available > 0]
    choices.skus |= {sku.code: sku for sku in alike}
    # Never over a figure that is there: in an amendment it counts what the ticket itself has reserved as free.
    choices.stock |= {sku.pk: sku.stock.available for sku in alike if sku.pk not in choices.stock}
    return alike


def _fits(line: OrderLine, sku: Sku) -> bool:
    alike = sku.title == line.sku.title or (bool(sku.category) and sku.category == line.sku.category)
    return alike and sku.pk != line.sku_id


def _variant(line: OrderLine, sku: Sku) -> Variant:
    return Variant(sku, sku.price - line.unit_price, available=True)


def asks_received(choices: Choices, type_: str) -> bool:
    """Is the buyer asked whether the goods have come? Only while the courier has not reported it."""
    shipped = any(line.shipped_quantity for line in choices.lines)
    return type_ == Type.REFUND_ONLY and shipped and choices.order.delivered_at is None


def applications_left(choices: Choices, line: OrderLine) -> int:
    """How often the line may still be applied for without success (B-08)."""
    return max(choices.order.policy.max_applications - line.failed_applications, 0)
