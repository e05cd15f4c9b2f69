"""Numbers of the order that no shop sets. Days as integers."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from accounts.pauses import paused

if TYPE_CHECKING:
    from accounts.models import Policy, Shop

BUYER_EXTENSION_DAYS = 10  # contract §5: the buyer once, at most
# For the shop and support, each time. A typing error must not move the receipt by years.
MAX_EXTENSION_DAYS = 60
RESEND_EXTENSION_DAYS = 10  # S-094
MAX_REOPEN_DAYS = 180

# What fits into the columns of an order.
MAX_AMOUNT = Decimal("9999999999.99")
MAX_QUANTITY = 1_000_000
# These two bound the work of one request.
MAX_LINES = 2_000
MAX_PAYMENTS = 50
MAX_PROMOTIONS = 50


def ship_due(paid_at: datetime, policy: "Policy", shop: "Shop") -> datetime:
    return paused(shop, paid_at, paid_at + timedelta(hours=policy.ship_hours))
