"""A return of the file through the ordinary services: application, review, ship-back, inspection, money back."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import TypeVar

from django.utils import timezone

from accounts import services as shops
from accounts.access import member_actor
from accounts.models import Membership, Role, Shop, User
from aftersales import services
from aftersales.models import Ticket
from aftersales.models.ticket_line import Condition
from aftersales.rules.application import Application, LineRequest
from aftersales.states import Status, Type
from kernel.actors import BUYER, Actor
from kernel.errors import DomainError
from logistics.services import add_address
from orders.models import Order, OrderLine
from refunds import services as refunds

from .rule import Return

T = TypeVar("T")

# No reason is asked for after seven days (law); this one is the buyer's too and holds for the window.
REASON = "other"
STEP = timedelta(seconds=1)  # between two verbs of one return, so that its history reads in order


def open_shop() -> tuple[Shop, Actor]:
    """The shop of the rule: a window of 400 days, no photos; and the person who decides there."""
    shop = shops.open_shop(Shop(code="online-retail", name="Online Retail"), window_days=400, photos_required=False)
    user = User.objects.create_user("online-retail-manager")
    Membership.objects.create(shop=shop, user=user, role=Role.MANAGER, accepted_at=timezone.now())
    manager = member_actor(user, shop.pk)
    assert manager is not None
    add_address(shop, name="Returns", phone="020 7946 0000", address="1 Return Road, London", actor=manager)
    return shop, manager


class Desk:
    """Runs returns one by one and remembers how long each verb took, and what was refused."""

    def __init__(self, manager: Actor) -> None:
        self.manager = manager
        self.steps: defaultdict[str, list[float]] = defaultdict(list)
        self.refused: Counter[str] = Counter()

    def run(self, wanted: Return) -> None:
        line = OrderLine.objects.select_related("order__buyer").get(
            order__order_no=wanted.order_no, position=wanted.position
        )
        started = perf_counter()
        try:
            self._through(line.order, line.pk, wanted)
        except DomainError as refusal:
            self.refused[refusal.code] += 1
        self.steps["return"].append(perf_counter() - started)

    def _through(self, order: Order, line_id: int, wanted: Return) -> None:
        buyer = Actor(BUYER, order.buyer.display_name, order.buyer_id)
        application = Application(Type.RETURN_REFUND, REASON, (LineRequest(line_id, wanted.quantity),))
        counted = [{"line_id": line_id, "quantity": wanted.quantity, "condition": Condition.AS_NEW}]
        at = self._clock(wanted.at)
        ticket = self._time("apply", lambda: services.apply(order, application, actor=buyer, now=at()))
        ticket = self._time("approve", lambda: services.approve(ticket, actor=self.manager, now=at()))
        ticket = self._time("ship_back", lambda: self._ship_back(ticket, buyer, at()))
        ticket = self._time("receive", lambda: services.receive(ticket, units=counted, actor=self.manager, now=at()))
        self._time("refund", lambda: self._send(ticket, at()))

    @staticmethod
    def _clock(start: datetime) -> Callable[[], datetime]:
        moments = (start + STEP * n for n in range(10))
        return lambda: next(moments)

    def _time(self, step: str, verb: Callable[[], T]) -> T:
        started = perf_counter()
        answer = verb()
        self.steps[step].append(perf_counter() - started)
        return answer

    @staticmethod
    def _ship_back(ticket: Ticket, buyer: Actor, now: datetime) -> Ticket:
        return services.ship_back(ticket, courier="Royal Mail", tracking_no=ticket.ticket_no, actor=buyer, now=now)

    def _send(self, ticket: Ticket, now: datetime) -> None:
        """What a worker does after the commit: without broker and beat it is done here."""
        for refund_id in list(ticket.refunds.values_list("pk", flat=True)):
            refunds.send(refund_id, now=now)
        if not Ticket.objects.filter(pk=ticket.pk, status=Status.COMPLETED).exists():
            self.refused["not_completed"] += 1

    def milliseconds(self) -> dict[str, float]:
        """Median of each verb, and of the whole return."""
        return {step: round(median(times) * 1000, 1) for step, times in self.steps.items()}
