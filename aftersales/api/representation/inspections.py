"""Conditions of inspection as JSON: the catalogue, and what was found of a line (S-087, S-088)."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from web.api.answers import when

from ...models import Ticket
from ...models.ticket_line import RESTOCKED, Condition, Inspection
from ..answers import ConditionAnswer, ExtraAnswer, InspectionAnswer

# In the statement of the lines: one of its own would be one more a page.
INSPECTED = ArraySubquery(
    Inspection.objects.filter(shop_id=OuterRef("shop_id"), ticket_line=OuterRef("pk"))
    .order_by("id")
    .values(found=JSONObject(condition="condition", quantity="quantity"))
)


def inspections_json(rows: Iterable[dict[str, object]]) -> list[InspectionAnswer]:
    return [
        {
            "condition": str(row["condition"]),
            "condition_label": str(Condition(str(row["condition"])).label),
            "quantity": int(str(row["quantity"])),
        }
        for row in rows
    ]


def extras_json(ticket: Ticket) -> list[ExtraAnswer]:
    """Goods that nobody announced. Nothing is read before anything was received."""
    if ticket.received_at is None and ticket.goods_refused_at is None:
        return []
    rows = ticket.extra_goods.select_related("line__sku", "sku")
    return [
        {
            "line_id": row.line_id,
            "sku": row.code or None,
            "title": row.title,
            "quantity": row.quantity,
            "condition": row.condition,
            "condition_label": str(Condition(row.condition).label),
            "recorded_at": when(row.recorded_at),
        }
        for row in rows
    ]


def conditions_json() -> list[ConditionAnswer]:
    return [
        {
            "code": condition.value,
            "label": str(condition.label),
            "arrived": condition != Condition.MISSING,
            "restocked": condition in RESTOCKED,
        }
        for condition in Condition
    ]
