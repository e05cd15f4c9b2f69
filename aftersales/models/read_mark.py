from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import Max, Q

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow
from orders.models import Order

from .message import AUTHORS, Message
from .ticket import Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

_ADVANCE = """
INSERT INTO aftersales_readmark (shop_id, order_id, ticket_id, side, message_id, at)
SELECT seen.shop_id, seen.order_id, seen.ticket_id, %s, seen.newest, %s FROM ({seen}) seen
ON CONFLICT (order_id, ticket_id, side) DO UPDATE SET message_id = EXCLUDED.message_id, at = EXCLUDED.at
WHERE aftersales_readmark.message_id < EXCLUDED.message_id
"""


class ReadMark(ShopRow):
    """How far one side has read what was said on a ticket, or on the order itself (S-123): `message` is the last that
    it has seen. The people of a shop are one side, and so are those of support. Written by `services.mark_read`."""

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, db_index=False, related_name="+")
    # Empty: what was said on the order itself.
    ticket = ShopForeignKey(Ticket, models.PROTECT, null=True, db_index=False, related_name="+")
    side = models.CharField(max_length=16)
    message = ShopForeignKey(Message, models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "ticket", "side"], nulls_distinct=False, name="read_mark_once_a_side"
            ),
            SameShop(field="order", name="read_mark_order_same_shop"),
            SameShop(field="ticket", name="read_mark_ticket_same_shop"),
            SameShop(field="message", name="read_mark_message_same_shop"),
            models.CheckConstraint(condition=Q(side__in=AUTHORS), name="read_mark_side"),
        ]

    def __str__(self) -> str:
        return f"{self.side}: {self.message_id}"

    @classmethod
    def advance(cls, messages: "QuerySet[Message]", side: str, up_to: int, now: datetime) -> None:
        """Marks each ticket among `messages`, and the order itself, as read up to its newest message that is no newer
        than `up_to`. One statement; a mark that is further already stays."""
        seen = messages.filter(pk__lte=up_to).order_by().values("shop_id", "order_id", "ticket_id")
        sql, params = seen.annotate(newest=Max("pk")).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_ADVANCE.format(seen=sql), [side, now, *params])
