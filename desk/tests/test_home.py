"""The home of the desk: each number is that of the list it leads to, readers see what is theirs, it stays bounded."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role
from aftersales import services
from aftersales.models import Ticket
from desk.home.rows import Row
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund
from tests.browser import text
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

HOME = reverse("admin:index")
MIDNIGHT = NOW.replace(hour=0)


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=20)
    return Desk(world)


def refused(desk: Desk, number: str) -> Ticket:
    """Approved, and the channel has refused to pay."""
    order = desk.world.place_order(payments=[(f"FAIL-{number}", "198.00")])
    return desk.pay_out(desk.apply(order, "refund_only", "dont_want"))


def refunded(desk: Desk, at: datetime, amount_of: int = 1) -> Ticket:
    order = desk.world.place_order(lines=[("TEE", "10.00", amount_of)])
    ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    Refund.objects.filter(ticket_refund__ticket=ticket).update(settled_at=at)
    Ticket.objects.filter(pk=ticket.pk).update(ended_at=at, completed_at=at, created_at=at)
    return ticket


def propose(desk: Desk, ticket: Ticket) -> None:
    refund = Refund.objects.select_related("payment").get(ticket_refund__ticket=ticket)
    refunds.settle_by_hand(refund, proof="slip 1", actor=desk.merchant, now=NOW)


def missing(desk: Desk) -> Ticket:
    sent = desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange")))))
    return services.not_arrived(sent, note="Nothing came", actor=desk.buyer, now=NOW)


def disputed(desk: Desk, number: str) -> Ticket:
    """Settled by hand, and the buyer says that nothing came."""
    ticket = refused(desk, number)
    propose(desk, ticket)
    refund = Refund.objects.select_related("payment").get(ticket_refund__ticket=ticket)
    refunds.settle_by_hand(refund, proof="slip 1", actor=desk.world.actor("song"), now=NOW)
    return services.object_to(Ticket.objects.get(pk=ticket.pk), note="Nothing came", actor=desk.buyer, now=NOW)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Something of everything that the home counts, most of it in lantern."""
    world = desk.world
    taken, late, asks = (desk.apply(world.delivered()) for _ in range(3))
    services.take(taken, actor=desk.agent, now=NOW)
    Ticket.objects.filter(pk=late.pk).update(overdue_since=NOW - DAY, due_at=NOW - DAY, alerts=["answer_punishable"])
    services.post_message(asks, text="Hello?", actor=desk.buyer, now=NOW - DAY)
    services.post_message(world.delivered(), text="Does it shrink?", actor=desk.buyer, now=NOW)
    desk.apply(world.delivered(shop=world.harbor))
    back = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    Ticket.objects.filter(pk=back.pk).update(arrived_at=NOW, due_at=NOW + 3 * timedelta(hours=1))
    desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "exchange"))))
    missing(desk)
    refused(desk, "1")
    propose(desk, refused(desk, "2"))
    disputed(desk, "3")
    objected = services.reject(desk.apply(world.delivered()), reason="no", actor=desk.merchant, now=NOW)
    Ticket.objects.filter(pk=objected.pk).update(objection=True, due_action="overdue")
    Order.objects.filter(pk=world.place_order().pk).update(ship_due_at=NOW - SECOND)
    for at in (MIDNIGHT - DAY - SECOND, MIDNIGHT - DAY, MIDNIGHT - SECOND, MIDNIGHT, NOW):
        refunded(desk, at)
    for created in (NOW - timedelta(hours=4), NOW - timedelta(hours=4) - SECOND):
        open_ticket = desk.apply(world.place_order(), "refund_only", "dont_want")
        Refund.objects.filter(ticket_refund__ticket=open_ticket).update(created_at=created, next_attempt_at=NOW)
    return desk


def rows(client: Client) -> list[Row]:
    """Every number of the page."""
    response: Any = client.get(HOME)
    values = response.context_data
    work = values["work"]
    found = [work.today, *work.now, *values["risk"], *values["yesterday"], *values.get("free", [])]
    found += values.get("free_risk", [])
    return [*found, values["questions"]] if values.get("questions") else found


def counted(client: Client) -> dict[str, int]:
    return {str(row.label): row.count for row in rows(client)}


@pytest.mark.parametrize("name", ["mei", "wen", "rui", "sun"])
def test_every_number_is_that_of_the_list_it_leads_to(busy: Desk, sit: Any, name: str) -> None:
    client = sit(name)
    for row in rows(client):
        listed = client.get(row.url)
        assert listed.status_code == 200, row
        assert listed.context["cl"].result_count == row.count, row
        assert not listed.context["cl"].get_filters_params() or listed.context["cl"].has_active_filters, row


def test_a_manager_sees_the_shop(busy: Desk, sit: Any) -> None:
    assert counted(sit("mei")) == {
        "due today": 1, "to review": 3, "goods to inspect": 1, "replacements": 2, "to answer": 1,
        "failed refunds": 2, "overdue": 1, "past the legal deadline": 1, "disputes": 2, "arrivals to prove": 1,
        "refunds under way for more than 4 hours": 1, "refunds that need a second person": 1,
        "orders not shipped in time": 1, "refunded yesterday": 2, "refunds under way now": 2,
        "new tickets yesterday": 2, "tickets that ended yesterday": 2, "questions on orders": 1,
    }  # fmt: skip
    page = text(sit("mei").get(HOME))
    assert "¥20.00" in page  # of yesterday alone
    assert "Hello?" in page
    assert "First steps" not in page


def test_an_agent_sees_their_own_and_what_nobody_has_taken(busy: Desk, sit: Any) -> None:
    values = sit("wen").get(HOME).context
    assert [(str(row.label), row.count) for row in values["work"].now] == [("to review", 1)]
    assert next((str(row.label), row.count) for row in values["free"]) == ("to review", 2)
    assert [row["ticket"].assignee_id for row in values["tickets"]] == [busy.agent.user_id]
    assert values["risk"] == []
    assert ("overdue", 1) in [(str(row.label), row.count) for row in values["free_risk"]]
    page = text(sit("wen").get(HOME))
    assert "Nothing is late" not in page
    assert "None of your tickets is late, failed or disputed." in page
    assert "Taken by nobody" in page.split('id="h-risk"')[1]
    assert "Hello?" not in page
    assert "Refunded yesterday" not in page


def test_support_rules_on_what_waits_longest_and_sees_the_money_of_all_shops(busy: Desk, sit: Any) -> None:
    values = sit("sun").get(HOME).context
    assert {str(row.label): row.count for row in values["work"].now} == {
        "objections to rule on": 1, "objections to settlements": 1,
    }  # fmt: skip
    assert {row["ticket"].status for row in values["tickets"]} == {"rejected", "completed"}
    risk = {str(row.label): (row.count, row.detail) for row in values["risk"]}
    assert risk["refunds failed and not settled"] == (2, "in 1 shop")
    assert risk["refunds that need a second person"][0] == 1
    assert risk["refunds under way for more than 4 hours"][0] == 1
    assert "To do now" not in text(sit("sun").get(HOME))


def test_the_first_to_run_out_comes_first_with_what_is_left(desk: Desk, sit: Any) -> None:
    later, first, over = (desk.apply(desk.world.delivered()) for _ in range(3))
    for ticket, hours in ((later, 30), (first, 2), (over, -1)):
        Ticket.objects.filter(pk=ticket.pk).update(due_at=NOW + timedelta(hours=hours))
    response = sit("mei").get(HOME)
    assert [row["ticket"].pk for row in response.context["tickets"]] == [over.pk, first.pk, later.pk]
    assert re.search(r"02:00</time> left", text(response))
    assert "overdue since 03-02 09:00" in text(response)


@pytest.mark.parametrize(("due", "today"), [(-SECOND, 1), (0 * SECOND, 0), (SECOND, 0)])
def test_today_ends_at_midnight(desk: Desk, sit: Any, due: timedelta, today: int) -> None:
    ticket = desk.apply(desk.world.delivered())
    Ticket.objects.filter(pk=ticket.pk).update(due_at=MIDNIGHT + DAY + due)
    assert sit("mei").get(HOME).context["work"].today.count == today


def test_where_nothing_waits_the_page_says_so(desk: Desk, sit: Any) -> None:
    desk.world.place_order()
    page = text(sit("mei").get(HOME))
    assert "You're all caught up." in page
    assert "Nothing is late, failed or disputed." in page
    assert "No buyer objects" in text(sit("sun").get(HOME))
    assert "You're all caught up." in text(sit("wen").get(HOME))


def test_a_shop_with_nothing_is_led_to_its_first_steps(world: World, sit: Any) -> None:
    values = sit("mei").get(HOME).context
    assert [(step.title, step.done) for step in values["steps"].steps] == [
        ("Enter a return address", False), ("Enter the hotline", True), ("Bring your orders", False),
        ("Invite a colleague", True), ("Answer what buyers ask most", False),
    ]  # fmt: skip
    for step in values["steps"].steps:
        assert sit("mei").get(step.url).status_code == 200, step
    assert "2 of 5 done" in text(sit("mei").get(HOME))
    assert "First steps" not in text(sit("wen").get(HOME))
    Desk(world)
    world.place_order()
    assert sit("mei").get(HOME).context["steps"] is None


def test_a_colleague_of_another_shop_is_none(world: World, sit: Any) -> None:
    done = {step.title: step.done for step in sit("rui").get(HOME).context["steps"].steps}
    assert not done["Invite a colleague"]
    Membership.objects.create(shop=world.harbor, user=world.wen, role=Role.AGENT, review_limit=10)
    done = {step.title: step.done for step in sit("rui").get(HOME).context["steps"].steps}
    assert done["Invite a colleague"]


@pytest.mark.parametrize(("name", "most"), [("mei", 21), ("wen", 17), ("sun", 13)])
def test_the_home_is_bounded_however_much_there_is(
    busy: Desk, sit: Any, django_assert_max_num_queries: Any, name: str, most: int
) -> None:
    client = sit(name)
    with django_assert_max_num_queries(most):
        client.get(HOME)
    for _ in range(10):
        services.post_message(busy.apply(busy.world.delivered()), text="Hello?", actor=busy.buyer, now=NOW)
    with django_assert_max_num_queries(most):
        client.get(HOME)
