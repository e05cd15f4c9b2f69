"""What was bought and paid, what is in stock, what was remarked. Knows nothing above it."""

from .line import OrderLine
from .note import Note
from .order import Order
from .payment import Payment
from .promotion import Promotion, PromotionKind
from .sku import Reservation, Sku, Stock
from .warranty import WarrantyTerm

__all__ = [
    "Note",
    "Order",
    "OrderLine",
    "Payment",
    "Promotion",
    "PromotionKind",
    "Reservation",
    "Sku",
    "Stock",
    "WarrantyTerm",
]
