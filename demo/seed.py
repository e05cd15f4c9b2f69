"""Fills the demo. A scene that is there already is left alone, so a second run changes nothing."""

from datetime import datetime

from django.conf import settings
from django.utils import translation

from kernel.progress import progress
from orders.models import Order

from .goods import stock_shelves
from .people import gather
from .scenes import of_fake_channels, scenes
from .story import Story, order_no

FIRST, FIRST_OF_FAKE_CHANNELS = 1001, 9001


def seed(now: datetime) -> int:
    """How many scenes were new."""
    script = dict(enumerate(scenes(), FIRST))
    if settings.FAKE_CHANNELS:
        script |= dict(enumerate(of_fake_channels(), FIRST_OF_FAKE_CHANNELS))
    there = set(Order.objects.filter(order_no__startswith="DEMO-").values_list("order_no", flat=True))
    missing = [number for number in script if order_no(number) not in there]
    with translation.override("zh-hans"):
        cast = gather(now)
        skus = stock_shelves(cast.shops)
        with progress(len(missing), label="demo", unit="orders") as bar:
            for number in missing:
                Story(script[number], number, cast, skus, now).play()
                bar.update()
    return len(missing)
