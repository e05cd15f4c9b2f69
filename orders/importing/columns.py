"""The columns of a CSV of orders (contract §6) by name and by place."""

from operator import itemgetter

HEADER = (
    "order_no", "placed_at", "buyer", "sku", "title", "spec", "category", "unit_price", "quantity", "line_discount",
    "order_discount", "freight", "channel", "transaction_no", "paid_at", "status", "shipped_at", "courier",
    "tracking_no", "delivered_at", "completed_at",
)  # fmt: skip
REASON = "reason"  # last column of a rejects file; ignored on the way in, so that a corrected file goes in as it is

LINE_COLUMNS = ("sku", "title", "spec", "category", "unit_price", "quantity", "line_discount")
ORDER_COLUMNS = tuple(name for name in HEADER if name not in LINE_COLUMNS)

line_cells = itemgetter(*(HEADER.index(name) for name in LINE_COLUMNS))
order_cells = itemgetter(*(HEADER.index(name) for name in ORDER_COLUMNS))

Row = list[str]
