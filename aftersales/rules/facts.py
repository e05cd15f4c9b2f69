"""All that eligibility and amounts are computed from, read once: the order and its lines, the requested goods, stock,
the time."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Policy
from kernel.errors import Invalid
from kernel.money import is_whole
from orders.models import Order, OrderLine, Sku, Stock
from orders.services.skus import by_codes
from web.fields import MORE_DECIMALS

from ..models import Reason, reasons_of
from ..states import STOCK_TYPES, Fault, Type
from .application import Application, LineRequest
from .freight import Others, others_of
from .promotion_facts import keeping_of
from .promotions import Keeping, TicketUnits

NOT_RECEIVED = "not_received"


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
    sub_reason: Reason | None = None
    has_evidence: bool = False
    stock: dict[int, int] = field(default_factory=dict)
    others: Others = field(default_factory=Others)
    keeping: Keeping = field(default_factory=Keeping.nothing)
    first_applied_at: datetime | None = None
    """Of an application that is changed: it stays in time when its first version was (B-17)."""

    @property
    def policy(self) -> Policy:
        return self.order.policy

    @property
    def all_unshipped(self) -> bool:
        """None of the units has left."""
        return all(requested.unshipped == requested.quantity for requested in self.requested_lines)

    @property
    def fault(self) -> str:
        return self.reason.fault if self.reason else "buyer"

    @property
    def as_ticket(self) -> TicketUnits:
        """As `promotion_facts.units_of` says it of a ticket."""
        return TicketUnits(
            self.coming,
            {requested.line.pk: requested.unshipped for requested in self.requested_lines},
            returned=self.type == Type.RETURN_REFUND
            and not all(requested.line.virtual for requested in self.requested_lines),
            by_buyer=self.fault == Fault.BUYER,
        )

    @property
    def coming(self) -> dict[int, int]:
        return (
            {}
            if self.claimed is not None
            else {requested.line.pk: requested.quantity for requested in self.requested_lines}
        )


def gather(order: Order, application: Application, *, now: datetime, first_applied_at: datetime | None = None) -> Facts:
    """Reads the facts of an application. Raises Invalid (400) for lines or SKUs that do not exist."""
    of_stock = ("sku",) if application.type in STOCK_TYPES else ()
    facts = compose(
        order,
        list(order.lines.select_related(*of_stock) if of_stock else order.lines.all()),
        application,
        skus=chosen_skus(order, application),
        reason=None,
        now=now,
    )
    facts.reason, facts.sub_reason = _chosen_reason(order.shop_id, application)
    facts.first_applied_at = first_applied_at
    read_stock(facts)
    facts.others = others_of(order)
    facts.keeping = keeping_of(order, facts.lines)
    return facts


def _chosen_reason(shop_id: int, application: Application) -> tuple[Reason | None, Reason | None]:
    """The reason and its kind. One that was switched off is refused for new applications; tickets that have it keep
    it. Invalid (400) for a kind that the reason does not have."""
    codes = {application.reason, application.sub_reason}
    offered = reasons_of(shop_id, type=application.type, code__in=codes)
    reason = next((row for row in offered if row.code == application.reason), None)
    if not application.sub_reason or reason is None:
        return reason, None
    kind = next((row for row in reason.kinds if row.code == application.sub_reason), None)
    if kind is None:
        raise Invalid(errors={"sub_reason": [_("Choose one of the more specific reasons, or none.")]})
    return reason, kind


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
    """The facts from rows that were read already, without stock and the other tickets. `skus`: those chosen instead, by
    code. `by_id`: the lines by id, for callers that compose facts for many applications. Invalid (400) as above."""
    requests, by_id = _merged(application.lines), by_id or {line.pk: line for line in lines}
    if any(item.line_id not in by_id for item in requests):
        raise Invalid(errors={"lines": [_("This order doesn't have that line. Use a line_id from the order.")]})
    _check_claimed(application, order.currency)
    received = _received([by_id[item.line_id] for item in requests], application)
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


def _received(asked: list[OrderLine], application: Application) -> bool:
    """Whether the buyer has goods of these lines. The bare word of the shop counts where the buyer says nothing, and
    never against a buyer who says that nothing came."""
    statement = False if application.received is None and application.reason == NOT_RECEIVED else application.received
    if statement is None:
        return any(line.delivered_at is not None for line in asked)
    # What was never shipped cannot have been received, whatever the buyer ticked.
    return any(line.delivery_proven or (statement and line.shipped_quantity) for line in asked)


def _check_claimed(application: Application, currency: str) -> None:
    if application.claimed_amount is None:
        return
    if application.type != Type.REFUND_ONLY:
        raise Invalid(errors={"claimed_amount": [_("Only a refund without return can have a claimed amount.")]})
    if not is_whole(application.claimed_amount, currency):
        raise Invalid(errors={"claimed_amount": [MORE_DECIMALS.format(currency=currency)]})


def _merged(requests: tuple[LineRequest, ...]) -> list[LineRequest]:
    """The same line named twice counts as one request, so that repetition passes no limit (A15)."""
    merged: dict[int, LineRequest] = {}
    for item in requests:
        before = merged.get(item.line_id)
        if before and before.exchange_sku != item.exchange_sku:
            raise Invalid(
                errors={"lines": [_("Choose one replacement per line. For another, send a separate request.")]}
            )
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
    skus = by_codes(order.shop_id, codes)
    if missing := codes - skus.keys():
        raise Invalid(errors={"lines": [_("The shop doesn't have a SKU %(code)s.") % {"code": sorted(missing)[0]}]})
    return skus


def read_stock(facts: Facts) -> None:
    ids = {requested.sku.pk for requested in facts.requested_lines if requested.sku}
    # After two failed repairs a return depends on whether there is a replacement (D-8); mostly there were none.
    ids |= {requested.line.sku_id for requested in facts.requested_lines if requested.line.repair_attempts}
    if ids:
        rows = Stock.objects.filter(shop_id=facts.order.shop_id, sku_id__in=ids)
        facts.stock = {row.sku_id: row.available for row in rows}
