"""What a buyer asks for, in the shape that every entry point passes on."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..models import Ticket, TicketLine


@dataclass(frozen=True)
class LineRequest:
    """Units of one order line; `exchange_sku` is the code of the SKU to be sent instead (empty: the same)."""

    line_id: int
    quantity: int
    exchange_sku: str = ""


@dataclass(frozen=True)
class Application:
    """`received`: whether the goods have arrived; None: as the courier reports. `claimed_amount`: money without units
    (refund_only, S-058). `sub_reason`: which kind of the reason it is (S-026); empty: not said."""

    type: str
    reason: str
    lines: tuple[LineRequest, ...]
    description: str = ""
    claimed_amount: Decimal | None = None
    received: bool | None = None
    evidence: tuple[UUID, ...] = ()
    sub_reason: str = ""

    def as_data(self) -> dict[str, object]:
        """For the history, which keeps every version."""
        return asdict(self)


def application_of(ticket: "Ticket", items: "Iterable[TicketLine] | None" = None) -> Application:
    """The application that a ticket was made from, to be changed and sent again, with the buyer's own files. Two
    statements, or one where `items`, the ticket's lines, were read already. Fetch the ticket with `reason`."""
    rows = ticket.lines.select_related("exchange_sku").order_by("id") if items is None else items
    return Application(
        type=ticket.type,
        reason=ticket.reason.code,
        lines=tuple(
            LineRequest(item.line_id, item.quantity, item.exchange_sku.code if item.exchange_sku else "")
            for item in rows
        ),
        description=ticket.description,
        claimed_amount=ticket.claimed_amount,
        received=ticket.received,
        evidence=tuple(ticket.evidence.filter(uploader_id=ticket.buyer_id).values_list("pk", flat=True)),
        sub_reason=ticket.sub_reason.code if ticket.sub_reason else "",
    )
