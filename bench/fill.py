"""100,000 orders and 30,000 tickets: a few played through the services as in the demo, the rest copies of those."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.login import tokens
from accounts.models import User
from demo import people
from demo.goods import stock_shelves
from demo.scenes import BACK, COMPLETED, DELIVERED, Scene
from demo.story import Story, order_no
from kernel.progress import progress
from orders.models import Order

from .copies import Case, book, finish, skip_checks

BUYERS = 1_000
TWO = (("LAMP-S", 2), ("BLANKET-GREY", 1))


@dataclass(frozen=True)
class Kind:
    """`count` orders like `scene`, in the full benchmark. `own`: all of one buyer, whose token the client has."""

    name: str
    count: int
    scene: Scene
    own: bool = False


def _ticket(path: str, type_: str = "return_refund", reason: str = "wrong_choice") -> Scene:
    items = (("KETTLE-15", 1),) if type_ == "repair" else TWO
    return Scene(
        path, items=items, type=type_, reason=reason, text="不合适，申请售后。", rest=5, units=1, discount="30.00"
    )


KINDS = [
    Kind("apply", 50_000, Scene(DELIVERED, items=TWO, rest=5, discount="30.00"), own=True),
    Kind("approve", 8_000, _ticket(f"{DELIVERED} apply"), own=True),
    Kind("completed", 20_000, Scene(COMPLETED, items=TWO, rest=5, freight="10.00")),
    Kind("pending_return", 4_000, _ticket(f"{DELIVERED} apply approve")),
    Kind("pending_refund", 4_000, _ticket(BACK)),
    Kind("refunded", 10_000, _ticket(f"{BACK} receive refund", reason="quality")),
    Kind("reshipped", 2_000, _ticket(f"{BACK} receive reship", "repair", "fault")),
    Kind("rejected", 2_000, _ticket(f"{DELIVERED} apply reject")),
]


@dataclass(frozen=True)
class Filled:
    """`ranges`: kind → numbers of its first and last copy."""

    ranges: dict[str, tuple[int, int]]
    buyer_token: str
    merchant_token: str


def fill(scale: float = 1.0) -> Filled:
    """`scale` 1: the sizes of the issue."""
    settings.ENQUEUE_JOBS = False
    now = timezone.now()
    cast = people.gather(now)
    skus = stock_shelves(cast.shops)
    buyers = _buyers()
    ranges, first, quick = {}, 1, False
    with progress(len(KINDS), label="fill", unit="kinds") as bar:
        for number, kind in enumerate(KINDS, 1):
            last = first + max(1, int(kind.count * scale)) - 1
            Story(kind.scene, number, cast, skus, now).play()
            case = Case(Order.objects.get(order_no=order_no(number)).pk)
            quick = skip_checks("replica")
            case.copy(first, last, None if kind.own else buyers)
            skip_checks("origin")
            ranges[kind.name], first = (first, last), last + 1
            bar.update()
    if quick:
        skip_checks("replica")
        book()
        skip_checks("origin")
    finish()
    buyer, merchant = (tokens.issue(cast.users[name], now=now)[0] for name in ("alice", "mei"))
    return Filled(ranges, buyer, merchant)


def _buyers() -> tuple[int, int]:
    users = User.objects.bulk_create(User(username=f"buyer{n}", password="!") for n in range(BUYERS))
    return users[0].pk, BUYERS
