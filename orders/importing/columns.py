"""The columns of a table of orders (contract §6) by name and by place."""

from operator import itemgetter

from kernel.tables import Columns

from .names import ALSO, IGNORED

HEADER = (
    "order_no", "placed_at", "buyer", "sku", "title", "spec", "category", "unit_price", "quantity", "line_discount",
    "order_discount", "freight", "channel", "transaction_no", "paid_at", "status", "shipped_at", "courier",
    "tracking_no", "delivered_at", "completed_at",
)  # fmt: skip
OPTIONAL = (
    "currency", "refunded_amount", "line_refunded_amount", "receiver_name", "receiver_phone", "receiver_address",
    "points_deduction", "channel_2", "transaction_no_2", "amount", "amount_2", "shared_total",
    "title_en", "spec_en",
)  # fmt: skip
FULL = HEADER + OPTIONAL
REASON = "reason"  # last column of a rejects file; ignored on the way in, so that a corrected file goes in as it is

LINE_COLUMNS = ("sku", "title", "spec", "category", "unit_price", "quantity", "line_discount")
ORDER_COLUMNS = tuple(name for name in HEADER if name not in LINE_COLUMNS)
LINE_OPTIONAL = ("line_refunded_amount", "title_en", "spec_en")
ORDER_OPTIONAL = tuple(name for name in OPTIONAL if name not in LINE_OPTIONAL)
COLUMNS = Columns(FULL + IGNORED, needed=HEADER, also=ALSO)

line_cells = itemgetter(*(HEADER.index(name) for name in LINE_COLUMNS))
order_cells = itemgetter(*(HEADER.index(name) for name in ORDER_COLUMNS))
line_optional_cells = itemgetter(*(FULL.index(name) for name in LINE_OPTIONAL))
optional_cells = itemgetter(*(FULL.index(name) for name in ORDER_OPTIONAL))

Row = list[str]
