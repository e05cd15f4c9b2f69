"""A hundred who want 30 of a payment of 90, over real sockets: the API, the forms of the desk, many tickets at once,
and the clock. Three have it, and the others are told in a sentence why not."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Ticket
from aftersales.services.deadlines import fire
from aftersales.states import Due
from aftersales.tests import books
from orders.models import Order
from refunds.gateways import Notice, NoticeKind, Outcome, Receipt
from refunds.machine import Status
from refunds.models import Refund, SandboxRefund
from refunds.tests.chargebacks.steps import report
from refunds.tests.helpers import channel
from refunds.tests.hundred.ninety import PART, check_three, ninety, rows
from refunds.tests.test_ledger import differences
from refunds.tests.test_notices import Speaking, signature
from tests.browser import page
from tests.desk import Desk
from tests.over_http import Sender, press_on, sender
from tests.threads import dismissed, race  # noqa: F401
from tests.world import DAY, World
from web.confirm import FIELD

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
API = "/api/v1"
Answers = Counter[tuple[int, str]]
Call = Callable[[], httpx.Response]


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world)
    desk.now = world.now = timezone.now()
    return desk


def code(answer: httpx.Response) -> str:
    """Of a refusal, which has a sentence as well; empty for a yes."""
    if answer.status_code < 400:
        return ""
    if "json" not in answer.headers["content-type"]:
        return "page"
    body = answer.json()
    assert body["message"].endswith("."), body
    return str(body["code"])


def together(*calls: Call, deeds: Sequence[Callable[[], object]] = ()) -> Answers:
    """What the server answers to `calls`, while here somebody does `deeds`."""
    said: list[httpx.Response] = []
    asking = [lambda call=call: said.append(call()) for call in calls]  # type: ignore[misc]
    assert set(race(*deeds, *asking)) == {"ok"}
    return Counter((answer.status_code, code(answer)) for answer in said)


def carried_out() -> list[Decimal]:
    return [row.amount for row in SandboxRefund.objects.filter(carried_out_at__isnull=False)]


def one_unit(order: Order) -> dict[str, Any]:
    lines = [{"line_id": order.lines.get().pk, "quantity": 1}]
    return {"order_no": order.order_no, "type": "refund_only", "reason": "dont_want", "lines": lines}


def test_paid_as_soon_as_it_is_asked_for(desk: Desk, live_server: Any) -> None:
    """Goods that never left: the application reserves the money."""
    order = desk.world.place_order(lines=[("TEE", "30.00", 3)])
    with sender(live_server.url) as http:
        alice = http.as_program(desk.world.alice)
        said = together(*[partial(http.call, f"{API}/tickets/", one_unit(order), alice)] * 100)
    assert said.pop((201, "")) == 3
    assert {status for status, _code in said} <= {409, 422}, said
    check_three(order)
    desk.send_refunds()
    assert carried_out() == [PART] * 3
    books.check(order)


def test_approved_through_every_door(desk: Desk, live_server: Any) -> None:
    """34 claims of 30 on an order of 1020, of which a bank holds 930. Each is approved over the API by two people; some
    at the desk as well, alone and together, and the clock approves some."""
    world = desk.world
    order = world.delivered(lines=[("TEE", "30.00", 34)])
    claim = {"quantity": 1, "claimed_amount": PART, "evidence": ()}
    tickets = [desk.apply(order, "refund_only", "compensation", **claim) for _ in range(34)]
    report(world, order, "930.00")
    with sender(live_server.url) as http:
        mei, wen = http.as_program(world.mei), http.as_program(world.wen)
        browsers = http.as_browser(world.mei), http.as_browser(world.wen)
        doors: list[Call] = [
            partial(http.call, f"{API}/tickets/{ticket.ticket_no}/approve/", {}, who)
            for ticket in (*tickets[:10], *tickets[22:])
            for who in (mei, wen)
        ]
        doors += [partial(press_on, http, page(row, "approve"), {}, who) for row in tickets[:10] for who in browsers]
        for several in (tickets[10:14], tickets[14:18], tickets[18:22]):
            doors += [partial(http.press, reverse("admin:desk_bulk"), bulk(several), who) for who in browsers]
        doors = [door for column in range(17) for door in doors[column::17]]
        deeds = [partial(by_the_clock, ticket, desk) for ticket in tickets[22:]]
        said = together(*doors, deeds=deeds)
    assert set(said) <= {(200, ""), (302, ""), (409, "over_refund"), (409, "illegal_transition"), (409, "page")}, said
    of = order.payments.get()
    assert (of.refunded, of.charged_back, of.left) == (Decimal(90), Decimal(930), Decimal(0))
    assert Refund.objects.filter(payment=of, status="pending", on_hold=True, amount=PART).count() == 3
    assert Counter(order.tickets.values_list("status", flat=True)) == {"pending_refund": 3, "pending_review": 31}
    books.check(order)
    assert differences() == []


def bulk(tickets: list[Ticket]) -> dict[str, str]:
    """As the page has it that shows what each of them pays."""
    seen = " ".join(f"{ticket.pk}-{ticket.version}-{PART}" for ticket in tickets)
    return {"verb": "approve", "ids": ".".join(str(row.pk) for row in tickets), "seen": seen, "back": "", FIELD: "1"}


def by_the_clock(ticket: Ticket, desk: Desk) -> None:
    with transaction.atomic():
        fire(ticket.pk, Due.APPROVE, now=desk.now + 30 * DAY)


@pytest.fixture
def speaking() -> Iterator[Speaking]:
    gateway = Speaking()
    with channel(gateway, "speaking"):
        yield gateway


def test_tried_again_settled_and_arrived(world: World, live_server: Any, speaking: Speaking) -> None:
    """Refunds that the channel refused or the bank sent back: tried again and settled over the API and at the desk, and
    some of them arrive after all, as the channel says by its notices."""
    order = ninety(world, "speaking")
    failed = rows(order, Status.FAILED, 40)
    returned = rows(order, Status.RETURNED, 40, proposed_by=world.mei.pk, proof="slip")
    late = rows(order, Status.RETURNED, 20, name="LATE")
    speaking.notices = {row.refund_no: arrived(row) for row in late}
    with sender(live_server.url) as http:
        mei, song = http.as_program(world.mei), http.as_program(world.song)
        at_desk, second = http.as_browser(world.mei), http.as_browser(world.song)
        doors: list[Call] = [partial(http.call, f"{API}/refunds/{row.refund_no}/retry/", {}, mei) for row in failed[6:]]
        doors += [partial(press_on, http, page(row, "retry"), {}, at_desk) for row in failed[:6]]
        doors += [partial(http.call, f"{API}/refunds/{row.refund_no}/settle/", PROOF, song) for row in returned[6:]]
        doors += [partial(press_on, http, page(row, "settle"), {}, second) for row in returned[:6]]
        doors += [partial(tell, http, row.refund_no) for row in late]
        said = together(*[door for column in range(17) for door in doors[column::17]])
    assert set(said) <= {(200, ""), (302, ""), (409, "over_refund"), (409, "page")}, said
    check_three(order)


PROOF = {"proof": "slip"}


def arrived(row: Refund) -> Notice:
    return Notice(
        row.refund_no,
        NoticeKind.REFUND,
        at=timezone.now(),
        transaction_no="PAY-90",
        refund_no=row.refund_no,
        amount=PART,
        currency="CNY",
        receipt=Receipt(Outcome.SUCCEEDED, "G"),
    )


def tell(http: Sender, event: str) -> httpx.Response:
    body = json.dumps({"id": event}).encode()
    headers = {"X-Signature": signature(body), "Content-Type": "application/json"}
    return http.client.post("/notify/speaking/", content=body, headers=headers)
