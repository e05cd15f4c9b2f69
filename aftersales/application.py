"""What a buyer asks for, as every door hands it in."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


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
