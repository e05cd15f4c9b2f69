"""Automatic receipt and window expiry: 100,000 orders received by the clock, and then 100,000 windows over."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from demo import people
from demo.goods import stock_shelves
from demo.scenes import DELIVERED, Scene
from demo.story import Story, order_no
from kernel.jobs import Outcome
from kernel.models import History
from orders import sweeps
from orders.models import Order

from .copies import Case

NUMBER = 99
FIRST = 1_000_000
BAR = 4_000.0  # rows a second on two cores: the machine judges each row, history is written with it


def measure(count: int) -> dict[str, float]:
    """Rows a second, history rows written with them."""
    now = timezone.now()
    cast = people.gather(now)
    story = Story(Scene(DELIVERED, rest=5), NUMBER, cast, stock_shelves(cast.shops), now)
    story.play()
    case = Case(Order.objects.get(order_no=order_no(NUMBER)).pk)
    case.slots = {key: slot for key, slot in case.slots.items() if key[0] is Order}
    case.copy(FIRST, FIRST + count - 1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orders_order")
        cursor.execute("CHECKPOINT")
    received = now + timedelta(days=40)
    return {
        "confirm_receipt": _timed(sweeps.confirm_receipts, received),
        "close_window": _timed(sweeps.close_windows, received + timedelta(days=16)),
    }


def _timed(sweep: Callable[[datetime], Outcome], now: datetime) -> float:
    before, began = History.objects.count(), time.perf_counter()
    moved = sweep(now).done
    seconds = time.perf_counter() - began
    if History.objects.count() - before != moved:
        raise SystemExit("A sweep moved rows without a line of history.")
    return moved / seconds
