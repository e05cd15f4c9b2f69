"""An application before it is sent: what may be chosen by who changes one, what could be sent instead, and what the
present choice would come to. Reads once, then all in memory; writes nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from kernel.money import ZERO
from orders.models import OrderLine, Reservation, Sku

from ..ledger import holds
from ..models import Ticket, TicketLine
from ..rules.amounts import Quote
from ..rules.application import Application, application_of
from ..rules.facts import Facts, approved_units
from ..services.apply import first_status
from ..services.quote import quote_of
from ..states import HOLDING, Status, Type
from .options import Choices, choices

MOST_VARIANTS = 200


@dataclass(frozen=True)
class Preview:
    """`quote` is what `services.quote` answers for the same application."""

    facts: Facts
    quote: Quote

    @property
    def at_once(self) -> bool:
        return first_status(self.facts) == Status.PENDING_REFUND

    @property
    def kept(self) -> Decimal:
        """What the shop keeps of the goods' price where only a part is asked back (S-058)."""
        left = sum((max(requested.line.free_amount, ZERO) for requested in self.facts.requested_lines), ZERO)
        return max(left - self.quote.total, ZERO)


def preview(of: Choices, application: Application) -> Preview:
    """At most two statements: payments, and approved units where freight is still to be given back."""
    facts = of.facts(application)
    facts.approved_units = approved_units(of.order)
    return Preview(facts, quote_of(facts))


def to_amend(ticket: Ticket, *, now: datetime) -> tuple[Choices, Application]:
    """What the buyer of `ticket` may choose from to change it, and what was chosen: what the ticket itself holds
    counts as free. Fetch with `access.ticket_to_amend`; two statements more than `choices`."""
    found, items = choices(ticket.order, now=now), holds.ticket_lines(ticket)
    if ticket.status in HOLDING:
        _set_free(found, ticket, items)
    return found, application_of(ticket, items)


def _set_free(found: Choices, ticket: Ticket, items: list[TicketLine]) -> None:
    """In memory, as `amend` will do it for good."""
    by_id = {line.pk: line for line in found.lines}
    for item in items:
        item.line = by_id[item.line_id]
    holds.let_go(ticket, items)
    found.order.freight_open -= ticket.freight_amount
    for held in (item.reservation for item in items):
        if held is not None and held.state == Reservation.State.HELD:
            found.stock[held.sku_id] = found.stock.get(held.sku_id, 0) + held.quantity


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


def variants(of: Choices) -> dict[int, list[Variant]]:
    """Line id → the same goods first, then others of the shop with their title or category that are on the shelf
    (S-020, S-153). One statement; `of` knows them afterwards."""
    lines = [line for line in of.lines if line.shipped_quantity and not line.exchange_excluded]
    others = _alike(of, lines)
    only_in_stock = of.order.shop.policy.exchange_only_in_stock
    found = {}
    for line in lines:
        on_shelf = of.stock.get(line.sku_id, 0) > 0 or not only_in_stock
        same = Variant(line.sku, ZERO, on_shelf, same=True)
        found[line.pk] = [same, *(_variant(line, sku) for sku in others if _fits(line, sku))]
    return found


def _alike(of: Choices, lines: list[OrderLine]) -> list[Sku]:
    titles, kinds = {line.sku.title for line in lines}, {line.sku.category for line in lines if line.sku.category}
    if not lines:
        return []
    rows = Sku.objects.filter(Q(title__in=titles) | Q(category__in=kinds), shop_id=of.order.shop_id)
    rows = rows.filter(exchange_excluded=False, virtual=False, stock__on_hand__gt=0).select_related("stock")
    alike = [sku for sku in rows.order_by("title", "spec", "code")[:MOST_VARIANTS] if sku.stock.available > 0]
    of.skus |= {sku.code: sku for sku in alike}
    of.stock |= {sku.pk: sku.stock.available for sku in alike if sku.pk not in of.stock}
    return alike


def _fits(line: OrderLine, sku: Sku) -> bool:
    alike = sku.title == line.sku.title or (bool(sku.category) and sku.category == line.sku.category)
    return alike and sku.pk != line.sku_id


def _variant(line: OrderLine, sku: Sku) -> Variant:
    return Variant(sku, sku.price - line.unit_price, available=True)


def asks_received(of: Choices, type_: str) -> bool:
    """Is it for the buyer to say whether the goods have come? Only while the courier has not."""
    shipped = any(line.shipped_quantity for line in of.lines)
    return type_ == Type.REFUND_ONLY and shipped and of.order.delivered_at is None


def applications_left(of: Choices, line: OrderLine) -> int:
    """How often the line may still be applied for without success (B-08)."""
    return max(of.order.policy.max_applications - line.failed_applications, 0)
