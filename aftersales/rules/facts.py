"""All that eligibility and amounts are computed from, read once: the order and its lines, the requested goods, stock,
the time."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Policy
from kernel.errors import Invalid
from orders.models import Order, OrderLine, Sku, Stock

from ..models import Reason, TicketLine
from ..states import STOCK_TYPES, Status, Type
from .application import Application, LineRequest


@dataclass
class RequestedLine:
    """Units of one line; `sku` is the one to be sent instead. `unshipped` of them were never shipped."""

    line: OrderLine
    quantity: int
    sku: Sku | None = None
    unshipped: int = 0


@dataclass
class Facts:
    order: Order
    lines: list[OrderLine]
    requested_lines: list[RequestedLine]
    type: str
    reason: Reason | None
    now: datetime
    claimed: Decimal | None = None
    received: bool = False
    has_evidence: bool = False
    stock: dict[int, int] = field(default_factory=dict)
    approved_units: dict[int, int] = field(default_factory=dict)
    """Units in approved refunds of other tickets, by line id."""

    @property
    def policy(self) -> Policy:
        return self.order.policy

    @property
    def fault(self) -> str:
        return self.reason.fault if self.reason else "buyer"

    @property
    def coming(self) -> dict[int, int]:
        return (
            {}
            if self.claimed is not None
            else {requested.line.pk: requested.quantity for requested in self.requested_lines}
        )


def gather(order: Order, application: Application, *, now: datetime) -> Facts:
    """Reads the facts of an application. Raises Invalid (400) for lines or SKUs that do not exist."""
    of_stock = ("sku",) if application.type in STOCK_TYPES else ()
    facts = compose(
        order,
        list(order.lines.select_related(*of_stock) if of_stock else order.lines.all()),
        application,
        skus=chosen_skus(order, application),
        # A reason that was switched off is refused for new applications; tickets that have it keep it.
        reason=Reason.objects.filter(type=application.type, code=application.reason, active=True).first(),
        now=now,
    )
    read_stock(facts)
    facts.approved_units = approved_units(order)
    return facts


def compose(
    order: Order,
    lines: list[OrderLine],
    application: Application,
    *,
    skus: dict[str, Sku],
    reason: Reason | None,
    now: datetime,
    by_id: dict[int, OrderLine] | None = None,
) -> Facts:
    """The facts from rows that were read already, without stock and approved units. `skus`: those chosen instead, by
    code. `by_id`: the lines by id, for callers that compose facts for many applications. Invalid (400) as above."""
    requests, by_id = _merged(application.lines), by_id or {line.pk: line for line in lines}
    if any(item.line_id not in by_id for item in requests):
        raise Invalid(errors={"lines": [_("This order has no such line. Take line_id from the order.")]})
    if application.claimed_amount is not None and application.type != Type.REFUND_ONLY:
        raise Invalid(errors={"claimed_amount": [_("Only a refund without return takes a claimed amount.")]})
    # What was never shipped cannot have been received, whatever the buyer ticked.
    received = order.delivered_at is not None or bool(
        application.received and any(line.shipped_quantity for line in lines)
    )
    return Facts(
        order=order,
        lines=lines,
        requested_lines=_requested_lines(by_id, requests, application, skus, received),
        type=application.type,
        reason=reason,
        now=now,
        claimed=application.claimed_amount,
        received=received,
        has_evidence=bool(application.evidence),
    )


def _merged(requests: tuple[LineRequest, ...]) -> list[LineRequest]:
    """The same line named twice counts as one request, so that repetition passes no limit (A15)."""
    merged: dict[int, LineRequest] = {}
    for item in requests:
        before = merged.get(item.line_id)
        if before and before.exchange_sku != item.exchange_sku:
            raise Invalid(errors={"lines": [_("Ask for one replacement a line; open a second ticket for another.")]})
        merged[item.line_id] = LineRequest(
            item.line_id, item.quantity + (before.quantity if before else 0), item.exchange_sku
        )
    if not merged:
        raise Invalid(errors={"lines": [_("Choose at least one item.")]})
    return list(merged.values())


def _requested_lines(
    by_id: dict[int, OrderLine],
    requests: list[LineRequest],
    application: Application,
    skus: dict[str, Sku],
    received: bool,
) -> list[RequestedLine]:
    requested_lines = []
    for item in requests:
        line = by_id[item.line_id]
        # Without a code the same goods are sent again (S-020).
        sku = skus.get(item.exchange_sku, line.sku) if application.type in STOCK_TYPES else None
        requested = RequestedLine(line, item.quantity, sku)
        if application.type == Type.REFUND_ONLY and application.claimed_amount is None and not received:
            # Unshipped units are taken first: nobody has to send them back or stop their parcel.
            requested.unshipped = min(item.quantity, line.to_ship)
        requested_lines.append(requested)
    return requested_lines


def chosen_skus(order: Order, application: Application) -> dict[str, Sku]:
    """The SKUs to be sent instead, by code. Only an exchange has any."""
    codes = {item.exchange_sku for item in application.lines if item.exchange_sku}
    if application.type != Type.EXCHANGE or not codes:
        return {}
    # The codes come from the request: only the order's own shop is searched (A3).
    skus = {sku.code: sku for sku in Sku.objects.filter(shop_id=order.shop_id, code__in=codes)}
    if missing := codes - skus.keys():
        raise Invalid(errors={"lines": [_("The shop has no SKU %(code)s.") % {"code": sorted(missing)[0]}]})
    return skus


def read_stock(facts: Facts) -> None:
    ids = {requested.sku.pk for requested in facts.requested_lines if requested.sku}
    if ids:
        rows = Stock.objects.filter(shop_id=facts.order.shop_id, sku_id__in=ids)
        facts.stock = {row.sku_id: row.available for row in rows}


def approved_units(order: Order, but: int | None = None) -> dict[int, int]:
    """Line id → units whose refund is approved and on its way, but for those of the ticket `but`. They matter to the
    freight alone, so nothing is read where all of it was refunded."""
    if order.freight <= order.freight_refunded:
        return {}
    rows = TicketLine.objects.filter(
        # Goods on their way back may yet be missing or refused: they count once they were received.
        Q(ticket__type=Type.REFUND_ONLY) | Q(ticket__returnless=True) | Q(ticket__received_at__isnull=False),
        shop_id=order.shop_id,
        ticket__order_id=order.pk,
        ticket__status=Status.PENDING_REFUND,
        ticket__claimed_amount__isnull=True,
    ).exclude(ticket_id=but or 0)
    return dict(rows.values_list("line_id").annotate(units=Sum(Coalesce("received_quantity", "quantity"))))
