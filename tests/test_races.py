# ruff: noqa: B023
"""Two at once: real threads, real PostgreSQL, twenty rounds each (traps: state and races; F9, F11).

Deeds name the variables of their round: they run in it.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.services.deadlines import fire
from aftersales.tests import books
from kernel.errors import DomainError
from kernel.jobs import job
from logistics import services as logistics
from orders import services as orders
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund, SandboxRefund
from tests.desk import Desk
from tests.threads import dismissed, race
from tests.world import DAY, NOW, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 20
__all__ = ["dismissed"]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def wanted(desk: Desk, order: Order, type_: str = "return_refund", reason: str = "other", **more: Any) -> Application:
    """Without evidence files: a test of races, not of uploads."""
    line = order.lines.get()
    return Application(
        type_, reason, (LineRequest(line.pk, more.pop("quantity", 1)),), evidence=(desk.photo(),), **more
    )


def by(desk: Desk, name: str) -> dict[str, Any]:
    return {"actor": getattr(desk, name), "now": NOW}


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_forty_applications_for_three_units(desk: Desk) -> None:
    for _ in range(ROUNDS):
        order = desk.world.place_order(lines=[("TEE", "9.99", 3)])
        line = order.lines.get()
        one = Application("refund_only", "dont_want", (LineRequest(line.pk, 1),))
        answers = race(*[lambda order=order: services.apply(order, one, **by(desk, "buyer"))] * 40)
        assert sorted(set(answers)) in (["ok", "open_ticket_exists"], ["ok", "open_ticket_exists", "quantity_exceeded"])
        assert answers.count("ok") == 3
        books.check(order)
        assert order.payments.get().refunded == Decimal("29.97")


def test_approve_withdraw_clock(desk: Desk) -> None:
    """Strictly one after the other: what comes later sees what came before."""
    seen = set()
    for _ in range(ROUNDS):
        order = desk.world.delivered(lines=[("TEE", "10.00", 1)])
        ticket = services.apply(order, wanted(desk, order), **by(desk, "buyer"))
        approve, withdraw, clock = race(
            lambda: services.approve(ticket, **by(desk, "merchant")),
            lambda: services.withdraw(ticket, **by(desk, "buyer")),
            lambda: job("approve_unanswered").run(NOW + 2 * DAY, False),
        )
        assert clock == "ok"
        verbs = [(row.action, row.actor_kind) for row in ticket.history()]
        assert withdraw == "ok"
        assert fresh(ticket).status == "cancelled"
        assert verbs[-1] == ("withdraw", "buyer")
        assert [v for v, _ in verbs].count("approve") <= 1
        assert approve == ("ok" if ("approve", "merchant") in verbs else "illegal_transition")
        books.check(order)
        seen.add(tuple(verbs))
    assert seen


def test_the_late_clock_does_nothing(desk: Desk) -> None:
    order = desk.world.delivered(lines=[("TEE", "10.00", 1)])
    ticket = services.apply(order, wanted(desk, order), **by(desk, "buyer"))
    services.withdraw(ticket, **by(desk, "buyer"))
    with pytest.raises(DomainError) as late:
        services.approve(ticket, **by(desk, "merchant"))
    assert (late.value.http_status, late.value.details["status"]) == (409, "cancelled")
    with transaction.atomic():
        assert not fire(ticket.pk, "approve", now=NOW + 2 * DAY)
    assert fresh(ticket).status == "cancelled"


def test_ship_and_a_whole_refund_never_both(desk: Desk) -> None:
    for packed in (False, True) * (ROUNDS // 2):
        order = desk.world.place_order(lines=[("TEE", "10.00", 2)], freight="5.00")
        if packed:
            order = orders.pack(order, **by(desk, "integration"))
        application = Application("refund_only", "dont_want", (LineRequest(order.lines.get().pk, 2),))
        ship, apply = race(
            lambda: logistics.ship(order, courier="sf", tracking_no="SF1", **by(desk, "integration")),
            lambda: services.apply(order, application, **by(desk, "buyer")),
        )
        assert apply == "ok"  # of shipped goods it is another application: reviewed, and the goods are on their way
        ticket, line = order.tickets.get(), order.lines.get()
        if ship == "ok":
            assert (ticket.status, line.shipped_quantity, line.reserved_quantity) == ("pending_review", 2, 0)
        else:
            assert ship == "conflict"
            assert (line.shipped_quantity, line.reserved_quantity) == (0, 2)
        books.check(order)


def test_two_compensations_beyond_the_ceiling(desk: Desk) -> None:
    """hyperswitch #13182: two sixties of a hundred."""
    for _ in range(ROUNDS):
        order = desk.world.delivered(lines=[("TEE", "50.00", 2)])
        claims = [wanted(desk, order, "refund_only", "compensation", claimed_amount=Decimal("60.00")) for _ in "ab"]
        answers = race(*[lambda c=c: services.apply(order, c, **by(desk, "buyer")) for c in claims])
        assert sorted(answers) == ["amount_exceeded", "ok"]
        first = order.tickets.get()
        small = wanted(desk, order, "refund_only", "compensation", claimed_amount=Decimal("10.00"))
        second = services.apply(order, small, **by(desk, "buyer"))
        answers = race(
            lambda: services.approve(first, **by(desk, "merchant")),
            lambda: services.approve(second, refund_amount=Decimal("60.00"), **by(desk, "merchant")),
        )
        assert answers == ["ok", "amount_exceeded"]
        assert order.payments.get().refunded <= 100
        books.check(order)


def test_two_refunds_of_one_line(desk: Desk) -> None:
    for _ in range(ROUNDS):
        order = desk.world.place_order(lines=[("TEE", "10.00", 1)])
        whole = Application("refund_only", "dont_want", (LineRequest(order.lines.get().pk, 1),))
        answers = race(*[lambda: services.apply(order, whole, **by(desk, "buyer"))] * 2)
        assert sorted(answers) == ["ok", "open_ticket_exists"]
        assert order.payments.get().refunded == 10


def test_receive_and_refuse(desk: Desk) -> None:
    for _ in range(ROUNDS):
        order = desk.world.delivered(lines=[("TEE", "10.00", 1)])
        ticket = desk.ship_back(desk.approve(services.apply(order, wanted(desk, order), **by(desk, "buyer"))))
        answers = race(
            lambda: desk.receive(ticket),
            lambda: services.refuse_goods(ticket, reason="Worn", **by(desk, "merchant")),
            lambda: job("receive_unanswered").run(NOW + 10 * DAY, False),
        )
        steps = [(row.action, row.actor_kind) for row in ticket.history()][3:]  # after apply, approve, ship back
        verbs = [verb for verb, _ in steps]
        assert answers[2] == "ok"
        if verbs[0] == "receive":  # by the merchant or by the clock: nothing is left to refuse
            assert (verbs, answers[1]) == (["receive"], "illegal_transition")
        else:  # refused goods may be taken after all; ten days on the clock takes what was not sent back (B-20)
            assert verbs in (["refuse_goods"], ["refuse_goods", "receive"])
            assert (("receive", "merchant") in steps) == (answers[0] == "ok")
        received = verbs[-1] == "receive"
        assert fresh(ticket).status == ("pending_refund" if received else "rejected")
        assert order.payments.get().refunded == (10 if received else 0)
        books.check(order)


def test_a_unit_that_comes_late_and_a_new_request_for_it(desk: Desk) -> None:
    """Received twice at once it is paid once; received while the buyer asks for it anew, only one of them has it."""
    for _ in range(ROUNDS):
        order = desk.world.delivered(lines=[("TEE", "10.00", 2)])
        application = wanted(desk, order, quantity=2)
        ticket = desk.ship_back(desk.approve(services.apply(order, application, **by(desk, "buyer"))))
        one = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
        ticket = desk.pay_out(desk.receive(ticket, one))
        answers = race(
            lambda: desk.receive(ticket, one),
            lambda: desk.receive(ticket, one),
            lambda: services.apply(order, wanted(desk, order), **by(desk, "buyer")),
        )
        assert answers.count("ok") == 1
        assert set(answers) <= {"ok", "illegal_transition", "open_ticket_exists", "quantity_exceeded", "order_closed"}
        assert order.payments.get().refunded == (10 if answers[2] == "ok" else 20)
        books.check(order)


def test_the_last_piece_for_two_exchanges(desk: Desk) -> None:
    for _ in range(ROUNDS):
        desk.world.sku("LAST", on_hand=1)
        pair = [desk.world.delivered(lines=[("TEE", "10.00", 1)]) for _ in "ab"]
        swaps = [
            Application("exchange", "quality", (LineRequest(o.lines.get().pk, 1, "LAST"),), evidence=(desk.photo(),))
            for o in pair
        ]
        answers = race(
            *[lambda o=o, s=s: services.apply(o, s, **by(desk, "buyer")) for o, s in zip(pair, swaps, strict=True)]
        )
        assert sorted(answers) == ["ok", "out_of_stock"]
        assert desk.stock("LAST") == (1, 1)
        services.withdraw(Ticket.objects.get(order__in=pair), **by(desk, "buyer"))
        assert desk.stock("LAST") == (1, 0)


def test_retry_and_send(desk: Desk) -> None:
    """However many ask, one number is carried out once; after a definite failure one new number."""
    for round_ in range(ROUNDS):
        prefix = ("", "LOST-", "DOWN-")[round_ % 3]
        number = f"{prefix}RACE-{round_}"
        order = desk.world.place_order(lines=[("TEE", "10.00", 1)], payments=[(number, "10.00")])
        whole = Application("refund_only", "dont_want", (LineRequest(order.lines.get().pk, 1),))
        ticket = services.apply(order, whole, **by(desk, "buyer"))
        refund = ticket.refunds.get()
        answers = race(
            lambda: refunds.send(refund.pk, now=NOW),
            lambda: refunds.send(refund.pk, now=NOW),
            lambda: refunds.retry(refund, **by(desk, "merchant")),
        )
        assert set(answers) <= {"ok", "illegal_transition"}
        desk.send_refunds()
        desk.send_refunds()
        desk.send_refunds()
        assert SandboxRefund.objects.filter(transaction_no=number, carried_out_at__isnull=False).count() == 1
        assert (fresh(ticket).status, Refund.objects.filter(payment__order=order).count()) == ("completed", 1)


def test_two_retries_after_a_definite_failure(desk: Desk) -> None:
    for number in range(ROUNDS // 4):
        order = desk.world.place_order(lines=[("TEE", "10.00", 1)], payments=[(f"FAIL-{number}", "10.00")])
        whole = Application("refund_only", "dont_want", (LineRequest(order.lines.get().pk, 1),))
        ticket = desk.pay_out(services.apply(order, whole, **by(desk, "buyer")))
        failed = ticket.refunds.get()
        answers = race(*[lambda: refunds.retry(failed, **by(desk, "merchant"))] * 3)
        assert sorted(answers) == ["conflict", "conflict", "ok"]
        assert order.payments.get().refunded == 10
        books.check(order)
