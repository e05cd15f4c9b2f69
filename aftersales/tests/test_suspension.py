"""Suspending a ticket: its clocks stand still and go on with what was left."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from aftersales import services
from aftersales.models import Ticket
from aftersales.policy import left, paused
from aftersales.services.pauses import announce
from kernel.actors import ARBITER, KINDS, SUPPORT, Actor
from kernel.errors import Conflict, Forbidden
from kernel.jobs import job, jobs
from logistics import services as logistics
from tests.desk import Desk
from tests.world import NOW, SECOND, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JUDGE = Actor(ARBITER, "judge")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def suspend(ticket: Ticket, at: datetime = NOW) -> Ticket:
    return services.suspend(ticket, actor=JUDGE, now=at)


def resume(ticket: Ticket, at: datetime) -> Ticket:
    return services.resume(ticket, actor=JUDGE, now=at)


def pending_review(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


def pending_return(desk: Desk) -> Ticket:
    return desk.approve(pending_review(desk))


def on_the_way(desk: Desk) -> Ticket:
    return desk.ship_back(pending_return(desk))


def refused(desk: Desk) -> Ticket:
    return services.reject(pending_review(desk), reason="No", actor=desk.merchant, now=NOW)


def reshipped(desk: Desk) -> Ticket:
    desk.world.sku("TEE", price="99.00", on_hand=9)
    return desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange")))))


def compensation(desk: Desk) -> Ticket:
    from decimal import Decimal

    order = desk.world.delivered()
    return desk.apply(order, "refund_only", "compensation", claimed_amount=Decimal(5), received=True)


# What fires in each state, and what the ticket is after it.
CLOCKS: list[tuple[Callable[[Desk], Ticket], str, str]] = [
    (pending_review, "approve_unanswered", "pending_return"),
    (pending_return, "close_unanswered", "closed"),
    (refused, "close_unanswered", "closed"),
    (on_the_way, "receive_unanswered", "pending_refund"),
    (reshipped, "complete_reshipped", "completed"),
    (compensation, "mark_overdue", "pending_review"),
]


@pytest.mark.parametrize(("make", "name", "after"), CLOCKS, ids=[name + " " + after for _, name, after in CLOCKS])
def test_the_clock_goes_on_with_what_was_left(
    desk: Desk, make: Callable[[Desk], Ticket], name: str, after: str
) -> None:
    ticket = make(desk)
    assert ticket.due_at is not None
    before = (ticket.due_action, ticket.status)
    whole = ticket.due_at - NOW
    stopped = suspend(ticket, NOW + DAY)
    assert (stopped.suspended_at, stopped.due_at, stopped.due_action) == (NOW + DAY, None, "")
    assert stopped.due_left == whole - DAY
    for due in jobs():
        due.run(NOW + 300 * DAY, False)
    assert (fresh(ticket).status, fresh(ticket).overdue_since) == (ticket.status, None)
    going = resume(stopped, NOW + 301 * DAY)
    ends = NOW + 300 * DAY + whole
    assert (going.suspended_at, going.due_left, going.due_at) == (None, None, ends)
    assert (going.due_action, going.status) == before
    job(name).run(ends - SECOND, False)
    assert (fresh(ticket).status, fresh(ticket).overdue_since) == (ticket.status, None)
    job(name).run(ends, False)
    acted = fresh(ticket)
    assert (acted.status, acted.overdue_since) == (after, ends if name == "mark_overdue" else None)


@pytest.mark.parametrize(
    ("step", "left_over"), [(-SECOND, SECOND), (timedelta(0), timedelta(0)), (SECOND, timedelta(0))]
)
def test_stopped_about_the_moment_it_runs_out(desk: Desk, step: timedelta, left_over: timedelta) -> None:
    ticket = pending_review(desk)
    assert ticket.due_at is not None
    stopped = suspend(ticket, ticket.due_at + step)
    assert stopped.due_left == left_over
    assert resume(stopped, NOW + 9 * DAY).due_at == NOW + 9 * DAY + left_over


def test_a_transition_keeps_the_suspension(desk: Desk) -> None:
    ticket = suspend(pending_review(desk), NOW + DAY)
    approved = services.approve(ticket, actor=desk.merchant, now=NOW + 2 * DAY)
    assert (approved.status, approved.suspended_at, approved.due_at) == ("pending_return", NOW + DAY, None)
    assert approved.due_left == 7 * DAY
    going = resume(approved, NOW + 5 * DAY)
    assert (going.due_at, going.due_action) == (NOW + 12 * DAY, "close")


def test_a_deadline_reckoned_later_from_an_earlier_fact_leaves_the_suspension_out(desk: Desk) -> None:
    """The parcel arrives after the suspension: the ten days since it was sent do not count the suspended ones."""
    ticket = on_the_way(desk)
    ticket = resume(suspend(ticket, NOW + DAY), NOW + 21 * DAY)
    assert ticket.due_at == NOW + 30 * DAY
    parcel = ticket.return_parcel
    assert parcel is not None
    logistics.report(parcel, status="delivered", actor=desk.support, now=NOW + 29 * DAY)
    assert fresh(ticket).due_at == NOW + 30 * DAY  # not 10 days after it was sent, and before 48 h are over


def test_the_same_while_it_is_suspended(desk: Desk) -> None:
    ticket = suspend(on_the_way(desk), NOW + DAY)
    parcel = ticket.return_parcel
    assert parcel is not None
    logistics.report(parcel, status="delivered", actor=desk.support, now=NOW + 29 * DAY)
    assert (fresh(ticket).due_at, fresh(ticket).due_left) == (None, 2 * DAY)
    assert resume(ticket, NOW + 40 * DAY).due_at == NOW + 42 * DAY


def test_twice_suspended(desk: Desk) -> None:
    ticket = resume(suspend(on_the_way(desk), NOW + DAY), NOW + 2 * DAY)
    ticket = resume(suspend(ticket, NOW + 3 * DAY), NOW + 6 * DAY)
    assert ticket.due_at == NOW + 14 * DAY
    assert ticket.stops() == [(NOW + DAY, NOW + 2 * DAY), (NOW + 3 * DAY, NOW + 6 * DAY)]
    again = desk.ship_back(ticket)  # a corrected number, sent at NOW: the ten days begin anew, the stops are left out
    assert again.due_at == NOW + 14 * DAY


def test_it_ends_while_suspended(desk: Desk) -> None:
    ticket = suspend(pending_review(desk))
    ended = services.withdraw(ticket, actor=desk.buyer, now=NOW + DAY)
    assert (ended.status, ended.due_left) == ("cancelled", None)
    over = resume(ended, NOW + 2 * DAY)
    assert (over.suspended_at, over.due_at, over.due_left) == (None, None, None)
    with pytest.raises(Conflict):
        suspend(over)


def test_what_is_overdue_stays_so(desk: Desk) -> None:
    ticket = compensation(desk)
    job("mark_overdue").run(NOW + 2 * DAY, False)
    going = resume(suspend(fresh(ticket), NOW + 3 * DAY), NOW + 5 * DAY)
    assert (going.overdue_since, going.due_at) == (NOW + 2 * DAY, NOW + 5 * DAY)
    job("mark_overdue").run(NOW + 6 * DAY, False)
    assert [row.action for row in fresh(ticket).history()] == ["apply", "overdue", "suspend", "resume"]


def test_the_holiday_pause_counts_once(desk: Desk) -> None:
    """Due after two days; a pause of four begins after one; suspended before it, resumed in its middle."""
    ticket = pending_review(desk)
    announce(desk.world.lantern, starts_at=NOW + DAY, ends_at=NOW + 5 * DAY, actor=desk.merchant, now=NOW)
    stopped = suspend(fresh(ticket), NOW + DAY / 2)
    assert stopped.due_left == 2 * DAY - DAY / 2
    assert resume(stopped, NOW + 3 * DAY).due_at == NOW + 5 * DAY + 1.5 * DAY


@pytest.mark.parametrize("now", range(8))
def test_what_is_left_is_what_runs_out_again(desk: Desk, now: int) -> None:
    shop = desk.world.lantern
    shop.pause_starts_at, shop.pause_ends_at = NOW + 2 * DAY, NOW + 5 * DAY
    due = paused(shop, NOW, NOW + 4 * DAY)
    assert due == NOW + 7 * DAY
    at = NOW + now * DAY
    assert left(shop, at, due) == [4, 3, 2, 2, 2, 2, 1, 0][now] * DAY
    assert paused(shop, at, at + left(shop, at, due)) == due


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {SUPPORT, ARBITER}))
def test_only_support_and_arbiters(desk: Desk, kind: str) -> None:
    ticket = pending_review(desk)
    for service in (services.suspend, services.resume):
        with pytest.raises(Forbidden):
            service(ticket, actor=Actor(kind, kind), now=NOW)


def test_each_only_once_and_with_a_line_of_history(desk: Desk) -> None:
    ticket = pending_review(desk)
    with pytest.raises(Conflict):
        resume(ticket, NOW)
    ticket = services.suspend(ticket, actor=desk.support, now=NOW, note="A dispute was opened.")
    with pytest.raises(Conflict):
        suspend(ticket)
    resume(ticket, NOW + DAY)
    rows = [(h.action, h.source, h.target, h.actor_kind, h.note) for h in ticket.history()]
    assert rows[1:] == [
        ("suspend", "pending_review", "pending_review", "support", "A dispute was opened."),
        ("resume", "pending_review", "pending_review", "arbiter", ""),
    ]


@pytest.mark.parametrize(
    "values", [{"suspended_at": NOW}, {"due_left": DAY}], ids=["a clock while suspended", "what is left without"]
)
def test_what_the_database_refuses(desk: Desk, values: dict[str, object]) -> None:
    ticket = pending_review(desk)
    with pytest.raises(IntegrityError, match="ticket_suspended_has_no_clock"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**values)
