"""Many tickets in portions, as the page's script sends them: what is decided is bound to what was shown, as in one
request, and the receipts of all portions are the same page of the result."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from aftersales import services
from aftersales.models import CannedResponse, Ticket
from refunds.models import Refund
from tests.browser import Sit, listing, press_once, text
from tests.desk import Desk
from tests.world import NOW, World
from web.confirm import FIELD

from ..bulk.actions import VERBS
from ..bulk.receipts import MAX_AGE, Kind, from_receipts
from .test_bulk import returns, shown_to, statuses, url

PROGRESS = 'id="running"'


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


@pytest.fixture(autouse=True)
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.bulk.views.PORTION", 2)


class Run:
    """What the script does: the form as it was confirmed, some tickets of it at a time, with the receipts so far."""

    def __init__(self, client: Client, verb: str, *tickets: Ticket, page: Any = None, **fields: str) -> None:
        self.client, self.page = client, page or client.get(url(verb, *tickets))
        context = self.page.context
        self.body: dict[str, Any] = {"verb": verb, "ids": context["ids"], "back": "stage=pending", "receipt": []}
        if "look" in context:
            self.body |= {"look": "1"}
        else:
            self.body |= {"seen": context["seen"], "shown_at": context["shown_at"], FIELD: "1"} | fields

    def send(self, *tickets: Ticket, keep: bool = True) -> Any:
        """`keep=False`: the answer is lost on its way."""
        ids = ".".join(str(ticket.pk) for ticket in tickets)
        answer = press_once(self.client, reverse("admin:desk_bulk"), self.body | {"portion": ids})
        if keep and answer.status_code == 200:
            self.body["receipt"] += [answer.context["receipt"]] if "receipt" in answer.context else []
        return answer

    def result(self) -> Any:
        return press_once(self.client, reverse("admin:desk_bulk"), self.body)


def approvals(*tickets: Ticket) -> list[int]:
    return [ticket.history().filter(action="approve").count() for ticket in tickets]


# --- the page ---------------------------------------------------------------------------------------------


def test_only_a_page_of_many_has_a_bar(world: World, desk: Desk, sit: Sit) -> None:
    tickets, mei = returns(world, desk), sit("mei")
    shown = text(mei.get(url("approve", *tickets)))
    assert 'data-portion="2"' in shown
    assert '<progress max="3" value="0" aria-label="Progress">' in shown
    assert '<p role="status" data-words="{n} of 3 tickets">' in shown
    assert PROGRESS not in text(mei.get(url("approve", *tickets[:2])))


def test_what_only_checks_says_so_and_asks_nobody_to_stay(world: World, desk: Desk, sit: Sit) -> None:
    tickets = [desk.ship_back(desk.approve(ticket)) for ticket in returns(world, desk)]
    mei = sit("mei")
    first = mei.get(url("receive", *tickets))
    assert "Nothing is decided yet." in text(first)
    assert "data-checks" in text(first)
    body = {"verb": "receive", "ids": first.context["ids"], "seen": first.context["seen"], "condition": "as_new"}
    asked = text(press_once(mei, reverse("admin:desk_bulk"), body))
    assert PROGRESS in asked
    assert "data-checks" not in asked
    assert "Keep the page open." in asked


# --- the work ---------------------------------------------------------------------------------------------


def test_portions_come_to_the_same_page_as_one_request(world: World, desk: Desk, sit: Sit) -> None:
    first, second, third = returns(world, desk)
    alert = desk.apply(world.delivered(), description="please exchange it for a larger one")
    run = Run(sit("mei"), "approve", first, second, third, alert)
    shown = text(run.send(first, second))
    assert shown.count("Done") == 2
    assert first.ticket_no in shown
    assert third.ticket_no not in shown
    assert statuses(first, second, third, alert) == ["pending_return"] * 2 + ["pending_review"] * 2
    shown = text(run.send(third, alert))
    assert (shown.count("Done"), "Confirm the alert" in shown) == (1, True)
    statements = CaptureQueriesContext(connection)
    with statements:
        shown = text(run.result())
    assert "3 tickets processed" in shown
    assert '<b class="num">¥594.00</b>' in shown
    assert "1 couldn't be processed" in shown
    assert "Confirm the alert" in shown
    assert f'href="{listing(Ticket)}?stage=pending"' in shown
    assert not any(" FOR " in each["sql"] or "INSERT" in each["sql"] for each in statements)
    assert approvals(first, second, third, alert) == [1, 1, 1, 0]


def test_goods_are_received_and_paid_in_portions(world: World, desk: Desk, sit: Sit) -> None:
    tickets = [desk.ship_back(desk.approve(ticket)) for ticket in returns(world, desk)]
    run = Run(sit("mei"), "receive", *tickets, condition="as_new")
    run.send(*tickets[:2])
    run.send(tickets[2])
    assert "3 tickets processed" in text(run.result())
    assert Refund.objects.count() == 3


def test_a_canned_response_of_one_shop_serves_for_all(world: World, desk: Desk, sit: Sit) -> None:
    """The form is that of all tickets that were confirmed, not of the portion."""
    Membership.objects.create(user=world.mei, shop=world.harbor, role=Role.MANAGER, accepted_at=NOW)
    CannedResponse.objects.create(shop=world.harbor, text="Not ours.")
    world.sku("CUP", on_hand=5, shop=world.harbor)
    tickets = returns(world, desk, 2)
    other = desk.apply(world.delivered(shop=world.harbor, lines=[("CUP", "10.00", 1)]))
    run = Run(sit("mei"), "reject", *tickets, other, template="Not ours.")
    assert text(run.send(*tickets)).count("Done") == 2
    assert {Ticket.objects.get(pk=ticket.pk).rejection_reason for ticket in tickets} == {"Not ours."}


def test_a_field_that_is_wrong_decides_nothing(world: World, desk: Desk, sit: Sit) -> None:
    tickets = returns(world, desk)
    run = Run(sit("mei"), "reject", *tickets, reason=" ")
    assert run.send(*tickets[:2]).status_code == 400
    answer = run.result()  # as the script does: the form itself fetches the page that says why
    assert (answer.status_code, "Say why" in text(answer)) == (400, True)
    assert statuses(*tickets) == ["pending_review"] * 3


# --- only as shown ----------------------------------------------------------------------------------------


def test_what_changed_before_the_first_portion_is_shown_again(world: World, desk: Desk, sit: Sit) -> None:
    tickets = returns(world, desk)
    run = Run(sit("mei"), "approve", *tickets)
    desk.approve(tickets[2])
    assert run.send(*tickets[:2]).status_code == 409
    answer = run.result()
    assert answer.status_code == 409
    assert "1 ticket has changed since you opened this page. Nothing was done" in text(answer)
    assert approvals(*tickets) == [0, 0, 1]


def test_what_changes_later_is_refused_and_the_others_are_done(world: World, desk: Desk, sit: Sit) -> None:
    tickets = returns(world, desk, 4)
    run = Run(sit("mei"), "approve", *tickets)
    run.send(*tickets[:2])
    Ticket.objects.filter(pk=tickets[2].pk).update(version=tickets[2].version + 1)
    shown = text(run.send(*tickets[2:]))
    assert shown.count("Done") == 1
    assert "This has changed since you looked." in shown
    assert statuses(*tickets) == ["pending_return"] * 2 + ["pending_review", "pending_return"]
    assert "1 couldn't be processed" in text(run.result())


def test_another_amount_is_not_paid(world: World, desk: Desk, sit: Sit) -> None:
    """The version is the same, but the last return of an order carries its freight as well."""
    order = world.delivered(lines=[("TEE", "99.00", 2)], freight="10.00")
    first, second = (desk.apply(order, "return_refund", "quality", quantity=1) for _ in range(2))
    first, second = (desk.ship_back(desk.approve(ticket)) for ticket in (first, second))
    run = Run(sit("mei"), "receive", second, condition="as_new")
    desk.pay_out(desk.receive(first))
    assert "The amount is no longer what the page showed" in text(run.send(second))
    assert Ticket.objects.get(pk=second.pk).received_at is None


def test_a_portion_decides_nothing_that_was_not_shown(world: World, desk: Desk, sit: Sit) -> None:
    """Neither a ticket of the list that the page called impossible, nor one that was not in the list at all."""
    fine, alert, stranger = (desk.apply(world.delivered()) for _ in range(3))
    Ticket.objects.filter(pk=alert.pk).update(alerts=["keyword_mismatch"])
    run = Run(sit("mei"), "approve", fine, alert)
    Ticket.objects.filter(pk=alert.pk).update(alerts=[])
    shown = text(run.send(alert, stranger))
    assert "It wasn't possible when you looked" in shown
    assert stranger.ticket_no not in shown
    run.body["seen"] += f" {stranger.pk}-{stranger.version}-198.00"
    run.send(stranger)
    assert statuses(fine, alert, stranger) == ["pending_review"] * 3


@pytest.mark.parametrize("left_out", [{FIELD}, {"seen"}])
def test_nothing_is_paid_that_was_not_confirmed(world: World, desk: Desk, sit: Sit, left_out: set[str]) -> None:
    tickets = [desk.ship_back(desk.approve(ticket)) for ticket in returns(world, desk)]
    run = Run(sit("mei"), "receive", *tickets, condition="as_new")
    run.body = {name: value for name, value in run.body.items() if name not in left_out}
    assert run.send(*tickets[:2]).status_code in (200, 400)
    run.send(tickets[2])
    assert "3 tickets can be processed" in text(run.result())
    assert not Refund.objects.exists()


@pytest.mark.parametrize("who", ["rui", "alice", ""])
def test_a_portion_of_somebody_else(world: World, desk: Desk, sit: Sit, who: str) -> None:
    tickets = returns(world, desk)
    run = Run(sit("mei"), "approve", *tickets)
    run.client = sit(who)
    assert run.send(*tickets).status_code in (302, 400, 404)
    assert statuses(*tickets) == ["pending_review"] * 3


# --- what breaks in the middle ----------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0, 1])
def test_a_portion_whose_answer_was_lost_is_done_and_not_done_twice(
    world: World, desk: Desk, sit: Sit, before: int
) -> None:
    tickets = returns(world, desk, 3)
    run = Run(sit("mei"), "approve", *tickets)
    for ticket in tickets[:before]:
        run.send(ticket)
    run.send(*tickets[before:2], keep=False)
    shown = text(run.send(*tickets[before:]))
    assert shown.count("Done") == 3 - before
    assert "pending return" in shown
    assert "3 tickets processed" in text(run.result())
    assert approvals(*tickets) == [1, 1, 1]


def test_what_somebody_else_decided_meanwhile_is_not_called_done(world: World, desk: Desk, sit: Sit) -> None:
    tickets = returns(world, desk, 3)
    run = Run(sit("mei"), "approve", *tickets)
    run.send(tickets[0])
    services.approve(tickets[1], actor=desk.agent, now=timezone.now())
    assert "This has changed since you looked." in text(run.send(*tickets[1:]))
    shown = text(run.result())
    assert "2 tickets processed" in shown
    assert "1 couldn't be processed" in shown


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-01T00:00:00", "99999-01-01"])
def test_a_moment_that_is_none_calls_nothing_done(world: World, desk: Desk, sit: Sit, moment: str) -> None:
    tickets = returns(world, desk, 3)
    run = Run(sit("mei"), "approve", *tickets, shown_at=moment)
    run.send(*tickets[:2], keep=False)
    assert run.send(*tickets).status_code == 409
    assert approvals(*tickets) == [1, 1, 0]


def test_a_page_opened_again_goes_on_with_the_rest(world: World, desk: Desk, sit: Sit) -> None:
    tickets, mei = returns(world, desk, 3), sit("mei")
    Run(mei, "approve", *tickets).send(*tickets[:2])
    shown = text(mei.get(url("approve", *tickets)))
    assert "1 ticket can be processed" in shown
    assert shown.count("it's “pending return”") == 2


# --- receipts ---------------------------------------------------------------------------------------------


def test_a_receipt_is_ones_own_and_of_its_verb(world: World, desk: Desk, sit: Sit, time_machine: Any) -> None:
    tickets = returns(world, desk)
    run = Run(sit("mei"), "approve", *tickets)
    run.send(*tickets)
    wen, rejected = Run(sit("wen"), "approve", *tickets), Run(run.client, "reject", *tickets)
    for other in (wen, rejected, run):
        other.body["receipt"] = ["nonsense", *run.body["receipt"]]
    for other in (wen, rejected):
        assert other.result().status_code == 302
    assert "3 tickets processed" in text(run.result())
    receipts = run.body["receipt"]
    assert len(from_receipts(world.mei, VERBS["approve"], Kind.DONE, receipts, tickets)) == 3
    assert from_receipts(world.mei, VERBS["approve"], Kind.FORESEEN, receipts, tickets) == {}
    time_machine.move_to(timezone.now() + timedelta(seconds=MAX_AGE[Kind.DONE] + 2))
    assert from_receipts(world.mei, VERBS["approve"], Kind.DONE, receipts, tickets) == {}


# --- looking in portions ----------------------------------------------------------------------------------


def panels(shown: str) -> str:
    """The lists of the page, and what its button says."""
    return shown.split("<h1>")[1].split("<form")[0] + shown.split('<button type="submit"')[-1].split("</button>")[0]


def test_a_page_of_very_many_is_made_in_portions(
    world: World, desk: Desk, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets, mei = returns(world, desk), sit("mei")
    alert = desk.apply(world.delivered(), description="please exchange it for a larger one")
    address = url("approve", *tickets, alert, back="stage=pending")
    whole = text(mei.get(address))
    monkeypatch.setattr("desk.bulk.views.CHECK_FROM", 3)
    page = mei.get(address)
    shown = text(page)
    assert "data-start" in shown
    assert PROGRESS in shown
    assert tickets[0].ticket_no not in shown
    leads = re.search(r'<noscript><meta http-equiv="refresh" content="0; url=([^"]+)">', shown)
    assert leads
    assert panels(text(mei.get(html.unescape(leads[1])))) == panels(whole)

    run = Run(mei, "approve", *tickets, alert, page=page)
    shown = text(run.send(*tickets[:2]))
    assert tickets[0].ticket_no in shown
    assert "Done" not in shown
    run.send(tickets[2], alert)
    with CaptureQueriesContext(connection) as statements:
        assert panels(text(run.result())) == panels(whole)
    assert not any("SAVEPOINT" in each["sql"] for each in statements)  # nothing is rehearsed again
    assert approvals(*tickets, alert) == [0] * 4


def test_what_changed_since_it_was_looked_at_is_looked_at_again(
    world: World, desk: Desk, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.bulk.views.CHECK_FROM", 2)
    tickets, mei = returns(world, desk), sit("mei")
    run = Run(mei, "approve", *tickets, page=mei.get(url("approve", *tickets)))
    run.send(*tickets)
    desk.approve(tickets[1])
    answer = run.result()
    assert "2 tickets can be processed · ¥396.00" in text(answer)
    assert "it's “pending return”" in text(answer)
    assert f"{tickets[1].pk}-" not in answer.context["seen"]


def test_the_page_that_asks_is_made_in_portions_too(world: World, desk: Desk, sit: Sit) -> None:
    tickets = [desk.ship_back(desk.approve(ticket)) for ticket in returns(world, desk)]
    run = Run(sit("mei"), "receive", *tickets, condition="resellable")
    del run.body[FIELD]
    assert "data-checks" in text(run.page)
    for ticket in tickets:
        assert "Done" not in text(run.send(ticket))
    answer = run.result()
    shown = text(answer)
    assert "3 tickets can be processed · ¥594.00" in shown
    assert '<input type="hidden" name="condition" value="resellable"' in shown
    assert "data-checks" not in shown
    assert not Refund.objects.exists()
    paid = Run(run.client, "receive", *tickets, condition="resellable", page=answer)
    paid.body["receipt"] = run.body["receipt"]  # of what was foreseen: the page of no result
    assert paid.result().status_code == 302
    assert not Refund.objects.exists()


def test_looking_decides_nothing_whatever_is_sent_with_it(world: World, desk: Desk, sit: Sit) -> None:
    tickets = returns(world, desk)
    run = Run(sit("mei"), "approve", *tickets, look="1")
    run.send(*tickets)
    assert "3 tickets can be processed" in text(run.result())
    assert statuses(*tickets) == ["pending_review"] * 3


# --- how much work ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_every_portion_and_every_ticket_cost_the_same(world: World, desk: Desk, sit: Sit, verb: str) -> None:
    tickets, costs = returns(world, desk, 9), []
    run = Run(sit("mei"), verb, *tickets, reason="Worn.")
    for some in (tickets[:2], tickets[2:4], tickets[4:7]):
        with CaptureQueriesContext(connection) as statements:
            assert text(run.send(*some)).count("Done") == len(some)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[2] - costs[1] <= 20
    assert costs[1] - 2 * (costs[2] - costs[1]) <= 12  # whatever the portion holds
    assert shown_to(run.client, verb, *tickets[7:])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_portion_twice_at_once_does_each_once(reference_data: None) -> None:
    world = World()
    world.sku("TEE", on_hand=5)
    tickets = returns(world, Desk(world), 6)
    clients = [Client(headers={"accept-language": "en"}) for _ in range(2)]
    for client in clients:
        client.force_login(world.mei, backend="django.contrib.auth.backends.ModelBackend")
    run = Run(clients[0], "approve", *tickets)

    def press(client: Client) -> Any:
        try:
            body = {**run.body, "portion": run.body["ids"]}
            return press_once(client, reverse("admin:desk_bulk"), body)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, clients))
    assert [text(answer).count("Done") for answer in answers] == [6, 6]
    assert approvals(*tickets) == [1] * 6
