"""Points and coupons when goods go back (B-03, F-7, D-4 art. 15): written down as instructions to the shop's own
system, which keeps the wallets, once each; and its acknowledgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import transaction

from kernel.actors import INTEGRATION, Actor
from kernel.errors import Forbidden
from orders.models import Order, Promotion, PromotionKind

from ..models import Benefit, BenefitKind, Ticket
from ..rules.amounts import points_of
from ..rules.freight import all_refunded
from ..rules.promotions import Position
from .allocation import Allocation

Kind = BenefitKind


class InKind(TypedDict, total=False):
    points_returned: int
    coupons_returned: list[str]


@dataclass(frozen=True)
class Due:
    """What a refund that has arrived moves in kind. `columns` of the ticket; `rows` to be stored."""

    columns: InKind = field(default_factory=InKind)
    rows: list[Benefit] = field(default_factory=list)

    @property
    def data(self) -> dict[str, object]:
        """For the history, from which others read it."""
        facts = [
            {"key": row.key, "kind": row.kind, "points": row.points, "coupon": row.code, "valid_until": row.valid_until}
            for row in self.rows
        ]
        return {"benefits": facts} if facts else {}


NONE = Due()


def due(allocation: Allocation, *, now: datetime, late: Mapping[int, int] | None = None) -> Due:
    """Points by share, coupons when the whole order is refunded; never as cash. Asked before the units of the ticket
    count as refunded. A claim takes no units, and moves nothing. `late`: order line id → units that come after the
    others of the ticket have been refunded; the columns are those of all of them then."""
    ticket, order = allocation.ticket, allocation.order
    if not ticket.takes_units or not (order.points_used or order.coupons or order.has_promotions):
        return NONE
    back, lines = late or allocation.returned(), [item.line for item in allocation.lines]
    points = sum(points_of(line, line.quantity - line.left_quantity, back.get(line.pk, 0)) for line in lines)
    every = list(order.lines.all())
    promotions = list(order.promotions.all()) if order.has_promotions else []
    rows = [_points(ticket, Kind.POINTS_BACK, points, now, late)]
    if order.has_promotions:
        earned = Position(order, every, promotions).points_earned(back)
        rows.append(_points(ticket, Kind.POINTS_TAKEN_BACK, earned, now, late))
    coupons: list[str] = []
    # Once only: with the ticket after which nothing is left.
    if all_refunded(every, back, {}) and not all_refunded(every, {}, {}):
        coupons = list(order.coupons)
        used = {row.code: row for row in promotions if row.kind == PromotionKind.COUPON_USED}
        rows += [_coupon_back(ticket, order, code, used.get(code), now) for code in dict.fromkeys(coupons)]
        rows += [_cancelled(ticket, order, row, now) for row in promotions if row.kind == PromotionKind.COUPON_GIVEN]
    if late is not None:
        points, coupons = points + ticket.points_returned, [*ticket.coupons_returned, *coupons]
    return Due({"points_returned": points, "coupons_returned": coupons}, [row for row in rows if row is not None])


def _points(
    ticket: Ticket, kind: BenefitKind, points: int, now: datetime, late: Mapping[int, int] | None
) -> Benefit | None:
    if points <= 0:
        return None
    # Late units may come several times: the version of the ticket tells their rows apart.
    key = f"{ticket.ticket_no}-{kind}" if late is None else f"{ticket.ticket_no}-{kind}-{ticket.version}"
    return Benefit(
        ticket=ticket, order_id=ticket.order_id, kind=kind, key=key, points=points, late=late is not None,
        created_at=now,
    )  # fmt: skip


def _coupon_back(ticket: Ticket, order: Order, code: str, used: Promotion | None, now: datetime) -> Benefit:
    """The same one while it is valid, else a new one for the days of the policy (F-7: seven at least)."""
    until = used.valid_until if used else None
    expired = until is not None and until <= now
    return Benefit(
        ticket=ticket, order_id=order.pk, kind=Kind.COUPON_BACK, key=f"{order.order_no}-{Kind.COUPON_BACK}-{code}",
        code=code, valid_until=now + timedelta(days=order.policy.coupon_days) if expired else until,
        reissued=expired, created_at=now,
    )  # fmt: skip


def _cancelled(ticket: Ticket, order: Order, promotion: Promotion, now: datetime) -> Benefit:
    kind = Kind.COUPON_CANCELLED
    return Benefit(
        ticket=ticket, order_id=order.pk, kind=kind, key=f"{order.order_no}-{kind}-{promotion.code}",
        code=promotion.code, valid_until=promotion.valid_until, created_at=now,
    )  # fmt: skip


@transaction.atomic
def acknowledge(benefit: Benefit, *, actor: Actor, now: datetime) -> Benefit:
    """The shop's system has carried it out; said again, nothing changes. 403 for others than it and a manager."""
    if actor.kind != INTEGRATION and not actor.is_manager:
        raise Forbidden()
    rows = Benefit.objects.filter(shop_id=benefit.shop_id, pk=benefit.pk)
    # One UPDATE: the first word counts, whoever else says it at the same time.
    rows.filter(acknowledged_at__isnull=True).update(acknowledged_at=now, acknowledged_by=actor.name)
    return rows.select_related("ticket", "order").get()
