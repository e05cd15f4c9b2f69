"""Who works on a ticket (S-051): taken, handed over, seen in the queue, given free again."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import Membership, User
from aftersales import services
from aftersales.models import Ticket
from kernel.errors import Forbidden, IllegalTransition, Invalid
from kernel.jobs import job
from kernel.models import Change
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import NOW, World

from .desk_api import TICKETS, ApiDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def hand_over(desk: Desk, ticket: Ticket, to: str = "mei", **more: Any) -> Ticket:
    note: str = more.get("note", "Too dear")
    return services.hand_over(ticket, to=to, note=note, actor=desk.agent, now=NOW)


# --- the services -----------------------------------------------------------------------------------------


def test_taking_is_in_the_history_and_changes_no_deadline(desk: Desk, world: World) -> None:
    ticket = desk.apply(world.delivered())
    taken = services.take(ticket, actor=desk.agent, now=NOW)
    assert taken.assignee_id == world.wen.pk
    assert (taken.due_at, taken.due_action, taken.version) == (ticket.due_at, ticket.due_action, ticket.version)
    assert [row.action for row in taken.history()] == ["apply", "take"]
    assert services.take(taken, actor=desk.agent, now=NOW).history().count() == 2  # theirs already
    assert services.take(taken, actor=desk.merchant, now=NOW).assignee_id == world.mei.pk


def test_handing_over_says_to_whom_and_why(desk: Desk, world: World) -> None:
    ticket = hand_over(desk, desk.apply(world.delivered()))
    row = ticket.history().get(action="hand_over")
    assert (ticket.assignee_id, row.action, row.note, row.data) == (
        world.mei.pk,
        "hand_over",
        "Too dear",
        {"to": "mei"},
    )


@pytest.mark.parametrize("to", ["wen", "rui", "alice", "oms", "sun", "nobody", ""])
def test_only_to_somebody_else_of_the_shop(desk: Desk, world: World, to: str) -> None:
    ticket = desk.apply(world.delivered())
    with pytest.raises(Invalid) as refused:
        hand_over(desk, ticket, to)
    assert list(refused.value.errors or {}) == ["to"]
    assert fresh(ticket).assignee_id is None


def test_who_was_only_invited_or_switched_off_gets_nothing(desk: Desk, world: World) -> None:
    ticket = desk.apply(world.delivered())
    Membership.objects.create(shop=world.lantern, user=world.eve, role="agent")
    world.mei.is_active = False
    world.mei.save()
    for to in ("eve", "mei"):
        with pytest.raises(Invalid):
            hand_over(desk, ticket, to)
    assert services.colleagues(ticket, desk.agent) == []


def test_a_reason_is_needed_and_an_ended_ticket_has_no_worker(desk: Desk, world: World) -> None:
    ticket = desk.apply(world.delivered())
    with pytest.raises(Invalid):
        hand_over(desk, ticket, note=" ")
    services.withdraw(ticket, actor=desk.buyer, now=NOW)
    with pytest.raises(IllegalTransition):
        hand_over(desk, ticket)
    with pytest.raises(Forbidden):
        services.take(ticket, actor=desk.support, now=NOW)


def test_the_load_of_each_colleague_in_one_statement(desk: Desk, world: World) -> None:
    world.password("mei")
    mine = [services.take(desk.apply(world.delivered()), actor=desk.merchant, now=NOW) for _ in range(3)]
    services.withdraw(mine[0], actor=desk.buyer, now=NOW)  # ended: no load any more
    with CaptureQueriesContext(connection) as seen:
        found = services.colleagues(mine[1], desk.agent)
    assert [(one.username, one.role, one.load) for one in found] == [("mei", "manager", 2)]
    assert len(seen) == 1


@pytest.mark.parametrize("how", ["removed", "became a program"])
def test_an_ended_membership_releases(desk: Desk, world: World, how: str) -> None:
    ticket = services.take(desk.apply(world.delivered()), actor=desk.agent, now=NOW)
    ended = services.take(desk.apply(world.delivered()), actor=desk.agent, now=NOW)
    services.withdraw(ended, actor=desk.buyer, now=NOW)
    member = Membership.objects.get(user=world.wen)
    if how == "removed":
        accounts.remove_member(member, actor=desk.merchant, now=NOW)
    else:
        accounts.set_member(
            world.lantern, world.wen, role="integration", review_limit=None, actor=desk.merchant, now=NOW
        )
    assert fresh(ticket).assignee_id is None
    assert ticket.history().filter(action="release").count() == 1
    assert fresh(ended).assignee_id == world.wen.pk  # who worked on what has ended stays known


def test_who_is_switched_off_by_the_administrator_works_on_nothing(desk: Desk, world: World, sit: Sit) -> None:
    """At that moment, with a line in the history; the shop reads it among its changes."""
    ticket = services.take(desk.apply(world.delivered()), actor=desk.agent, now=NOW)
    form = {"username": "wen", "support_role": "", "first_name": "Wen"}  # without the tick of "active"
    assert sit("root").post(page(world.wen), form).status_code == 302
    wen = User.objects.get(username="wen")
    assert (wen.is_active, wen.first_name) == (False, "Wen")
    assert fresh(ticket).assignee_id is None
    assert [row.action for row in ticket.history()] == ["apply", "take", "release"]
    change = Change.objects.get(subject="member", label="wen")
    assert (change.shop_id, change.fields) == (world.lantern.pk, {"is_active": [True, False]})
    assert "wen" in text(sit("mei").get("/admin/changes/?about=member"))
    assert sit("root").post(page(world.wen), form | {"is_active": "on"}).status_code == 302
    assert User.objects.get(username="wen").is_active
    assert Change.objects.filter(subject="member", label="wen").count() == 2


@pytest.mark.parametrize("how", ["switched off", "removed", "a program", "only invited"])
def test_the_sweep_finds_whom_nobody_reported(desk: Desk, world: World, how: str) -> None:
    """Whatever was written past the services: nobody who cannot work has a ticket that is open."""
    ticket = services.take(desk.apply(world.delivered()), actor=desk.agent, now=NOW)
    others = services.take(desk.apply(world.delivered()), actor=desk.merchant, now=NOW)
    ended = services.take(desk.apply(world.delivered()), actor=desk.agent, now=NOW)
    services.withdraw(ended, actor=desk.buyer, now=NOW)
    member = Membership.objects.filter(user=world.wen)
    if how == "switched off":
        User.objects.filter(pk=world.wen.pk).update(is_active=False)
    elif how == "removed":
        member.delete()
    else:
        member.update(**{"role": "integration"} if how == "a program" else {"accepted_at": None, "role_since": None})
    release = job("release_absent")
    assert release.run(NOW, True).done == 1
    assert fresh(ticket).assignee_id == world.wen.pk  # only counted
    assert [release.run(NOW, False).done for _ in range(2)] == [1, 0]
    assert fresh(ticket).assignee_id is None
    assert ticket.history().filter(action="release").count() == 1
    assert (fresh(others).assignee_id, fresh(ended).assignee_id) == (world.mei.pk, world.wen.pk)


# --- over HTTP --------------------------------------------------------------------------------------------


def test_over_http(apidesk: ApiDesk, world: World) -> None:
    ticket = apidesk.apply(world.delivered())
    assert ticket["assignee"] is None
    assert apidesk.do("wen", ticket, "take")["assignee"] == {"username": "wen", "name": "wen"}
    answer = apidesk.do("wen", ticket, "hand-over", to="mei", note="internal words")
    assert answer["assignee"] == {"username": "mei", "name": "mei"}
    assert [move["action"] for move in answer["timeline"]] == ["apply", "take", "hand_over"]
    assert {"take", "hand-over"} <= set(answer["allowed_actions"])
    assert apidesk.api("mei").get(TICKETS).json()["results"][0]["assignee"]["username"] == "mei"
    for body in ({"to": "rui", "note": "x"}, {"to": "mei"}, {"note": "x"}):
        assert apidesk.post("mei", ticket, "hand-over", body).status_code == 400
    for name in ("sun", "alice", "oms"):
        assert apidesk.post(name, ticket, "take").status_code == 403


def test_the_buyer_reads_nothing_of_it(apidesk: ApiDesk, world: World) -> None:
    ticket = apidesk.apply(world.delivered())
    apidesk.do("wen", ticket, "hand-over", to="mei", note="internal words")
    seen = apidesk.get("alice", ticket)
    assert seen["assignee"] is None
    assert "internal words" not in str(seen)
    assert [move["action"] for move in seen["timeline"]] == ["apply"]
    assert "take" not in seen["allowed_actions"]


# --- at the desk ------------------------------------------------------------------------------------------


def test_an_agent_above_the_limit_hands_over_on_the_page(desk: Desk, world: World, sit: Sit) -> None:
    ticket, wen = desk.apply(world.delivered(lines=[("TEE", "250.00", 1)])), sit("wen")
    shown = text(wen.get(page(ticket)))
    assert "This gives away ¥250.00, but you only have ¥200.00 left for this order." in shown
    assert f'href="{page(ticket, "hand_over")}"' in shown  # one step to the form
    assert wen.get(page(ticket, "hand_over")).status_code == 200
    assert "mei · manager · 0 open tickets" in shown
    assert "This gives away" not in text(sit("mei").get(page(ticket)))
    answer = wen.post(page(ticket, "hand_over"), {"to": "mei", "note": "Above my limit"})
    assert answer.status_code == 302
    assert fresh(ticket).assignee_id == world.mei.pk
    assert "Above my limit" in text(sit("mei").get(page(ticket)))


def test_taking_with_one_button(desk: Desk, world: World, sit: Sit) -> None:
    ticket, wen = desk.apply(world.delivered()), sit("wen")
    assert "Nobody yet." in text(wen.get(page(ticket)))
    assert wen.post(page(ticket, "take")).status_code == 302
    assert fresh(ticket).assignee_id == world.wen.pk
    assert f'action="{page(ticket, "take")}"' not in text(wen.get(page(ticket)))


def test_the_queue_shows_and_filters(desk: Desk, world: World, sit: Sit) -> None:
    mine, free = desk.apply(world.delivered()), desk.apply(world.delivered())
    services.take(mine, actor=desk.agent, now=NOW)
    wen = sit("wen")
    assert "→ wen" in text(wen.get(listing(Ticket)))
    for query, shown in (("me", {mine}), ("none", {free}), ("", {mine, free})):
        found = text(wen.get(listing(Ticket, f"?assignee={query}" if query else "")))
        assert {ticket for ticket in (mine, free) if ticket.ticket_no in found} == shown
