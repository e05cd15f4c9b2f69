"""Columns that nobody knows: passed over with a warning only where they cannot change what a row means."""

import re
from collections.abc import Sequence

from kernel.tables import Table, Unreadable
from kernel.tables.columns import squeezed

from .columns import COLUMNS

# A name that speaks of money, units, times, numbers or a state. One column too many that is asked about costs a
# minute; a refund that stood in a column which nobody read is paid twice.
_SPEAKS = re.compile(
    "amount|price|qty|quant|total|fee|tax|discount|refund|paid|pay|sum|cost|count|unit|date|time|number|sku|code"
    "|status|state|currency|freight|postage|point|coupon|voucher|credit|vat|duty|tip|promo|deposit|balance|return"
    "|at$|no$|id$|额|价|费|税|数|件|退|折|惠|款|时间|日期|号|码|状态|币|积分|券|红包|优|运|补贴|佣金|定金"
)
_COUNTS = re.compile(r"[+\-¥$€£]?\s*\d")


class Unknown:
    """`names`: what the unknown columns of a table are called."""

    def __init__(self, table: Table) -> None:
        self.names = list(table.unknown.values())
        self._columns = list(table.unknown.items())

    def look(self, number: int, cells: Sequence[str]) -> None:
        """Raises Unreadable where a cell may mean something. An empty column never does."""
        for place, name in self._columns:
            cell = cells[place] if place < len(cells) else ""
            if cell and (_SPEAKS.search(squeezed(name)) or _COUNTS.match(cell)):
                raise Unreadable(
                    "The column “%(name)s” is not known, and what stands in it (row %(row)d: “%(cell)s”) may change"
                    " what a row means. Take it out, or name it as one of: %(names)s.",
                    name=name[:40], row=number, cell=cell[:40], names=COLUMNS.listed(),
                )  # fmt: skip
