"""What a buyer asks for, as every door hands it in."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from .models import Ticket


@dataclass(frozen=True)
class Wanted:
    """So many units of one order line; `exchange_sku` is the code of the SKU wanted instead ("" : the same)."""

    line_id: int
    quantity: int
    exchange_sku: str = ""


@dataclass(frozen=True)
class Application:
    """`received` None: as the courier says. `claimed_amount`: money without units (refund_only, S-058)."""

    type: str
    reason: str
    lines: tuple[Wanted, ...]
    description: str = ""
    claimed_amount: Decimal | None = None
    received: bool | None = None
    evidence: tuple[UUID, ...] = ()


def application_of(ticket: "Ticket") -> Application:
    """A ticket as the application that it was, to be changed and sent again; of the files those of the buyer.
    Two statements; fetch with `reason`."""
    rows = ticket.lines.order_by("id").values_list("line_id", "quantity", "exchange_sku__code")
    return Application(
        type=ticket.type,
        reason=ticket.reason.code,
        lines=tuple(Wanted(line, quantity, sku or "") for line, quantity, sku in rows),
        description=ticket.description,
        claimed_amount=ticket.claimed_amount,
        received=ticket.received,
        evidence=tuple(ticket.evidence.filter(uploader_id=ticket.buyer_id).values_list("pk", flat=True)),
    )
