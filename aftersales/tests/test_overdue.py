"""“Overdue” is said of what is past, and of nothing else: in the queue, on the ticket's page and in the API."""

import re
from datetime import timedelta
from typing import Any

import pytest

from aftersales.models import Ticket
from kernel.actors import ARBITER, Actor
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import World

from .. import services
from ..selectors.pending_action import pending_action
from ..services.deadlines import fire

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
JUDGE = Actor(ARBITER, "judge")


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=10)
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    """Whose deadline decides nothing: it only becomes overdue."""
    row = desk.apply(world.delivered(), "refund_only", "compensation", claimed_amount=5)
    assert row.due_action == "overdue"
    return row


def row_of(html: str) -> str:
    """The queue's cell of who acts by when."""
    return html.split('class="field-next_step"')[1].split("</td>")[0]


@pytest.mark.parametrize(("offset", "late"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
def test_overdue_begins_with_the_deadline(
    ticket: Ticket, sit: Sit, time_machine: Any, offset: timedelta, late: bool
) -> None:
    assert ticket.due_at
    step = pending_action(ticket, ticket.due_at + offset)
    assert step is not None
    assert (step.late, step.then) == (late, "")
    mei = sit("mei")
    time_machine.move_to(ticket.due_at + offset, tick=False)
    bar = text(mei.get(page(ticket))).split('class="deadline')[1][:600]
    for shown in (row_of(text(mei.get(listing(Ticket)))), bar):
        assert ("overdue since" in shown) is late
        assert ("overdue" in shown) is late
        assert ("left" in shown) is not late


def test_the_queue_says_how_much_time_is_left_and_what_happens_then(
    desk: Desk, world: World, sit: Sit, time_machine: Any
) -> None:
    ticket = desk.apply(world.delivered())
    assert ticket.due_at
    time_machine.move_to(ticket.due_at - timedelta(hours=3, minutes=5), tick=False)
    shown = row_of(text(sit("mei").get(listing(Ticket))))
    assert re.search(r"<time[^>]* data-countdown>03:05</time> left", shown)
    assert "then: approved automatically" in shown


def test_a_deadline_that_lies_ahead_again_is_not_said_to_be_over(ticket: Ticket) -> None:
    """What is overdue stays so when its clock goes on after a suspension; the page names the past day."""
    assert ticket.due_at
    first = ticket.due_at
    fire(ticket.pk, "overdue", now=first)
    services.suspend(Ticket.objects.get(pk=ticket.pk), actor=JUDGE, now=first + DAY)
    services.resume(Ticket.objects.get(pk=ticket.pk), actor=JUDGE, now=first + 3 * DAY)
    row = Ticket.objects.get(pk=ticket.pk)
    step = pending_action(row, first + 3 * DAY)
    assert step is not None
    assert (step.late, step.due_at) == (True, first)


def test_the_api_does_not_call_the_future_overdue(ticket: Ticket, api: Login) -> None:
    answer = api("mei").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert (answer["due_action"], answer["due_action_label"], answer["overdue"]) == (
        "overdue",
        "is overdue",
        False,
    )
