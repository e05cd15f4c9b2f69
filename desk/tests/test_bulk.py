"""Many tickets at once: each by the same service as alone, and nothing silently."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales.models import CannedResponse, Ticket
from orders import services as orders
from orders.models import OrderLine
from refunds.models import Refund
from tests.browser import listing, page, text
from tests.desk import Desk
from tests.world import World
from web.confirm import FIELD

from ..bulk.tickets import MAX_TICKETS, tickets_of


@pytest.fixture
def desk(world):
    world.sku("TEE", on_hand=5)
    return Desk(world)


def url(verb, *tickets, back=""):
    ids = ".".join(str(ticket.pk) for ticket in tickets)
    return f"{reverse('admin:desk_bulk')}?verb={verb}&ids={ids}&back={back}"


def send(client, verb, *tickets, seen=None, **more):
    """What a browser sends of the page as it stands."""
    body = {"verb": verb, "ids": ".".join(str(ticket.pk) for ticket in tickets), "back": "stage=pending"}
    body["seen"] = shown_to(client, verb, *tickets) if seen is None else seen
    return client.post(reverse("admin:desk_bulk"), body | {FIELD: "1"} | more)


def shown_to(client, verb, *tickets):
    return (client.get(url(verb, *tickets)).context or {}).get("seen", "")


def statuses(*tickets):
    return [Ticket.objects.get(pk=ticket.pk).status for ticket in tickets]


def returns(world, desk, count=3, **more):
    return [desk.apply(world.delivered(), **more) for _ in range(count)]


# --- from the list ----------------------------------------------------------------------------------------


def test_the_list_leads_to_a_page_that_says_what_would_happen(world, desk, sit):
    tickets, client = returns(world, desk), sit("mei")
    queue = listing(Ticket, "?stage=pending")
    shown = text(client.get(queue))
    assert shown.count('name="_selected_action"') == 3
    for verb in ("approve", "reject", "receive"):
        assert f'value="bulk_{verb}"' in shown
    body = {"action": "bulk_approve", "index": "0", "_selected_action": [ticket.pk for ticket in tickets[:2]]}
    answer = client.post(queue, body)
    assert answer.status_code == 302
    shown = text(client.get(answer.url))
    assert "2 tickets can be processed · ¥396.00" in shown
    assert shown.count("pending return") == 2
    assert tickets[2].ticket_no not in shown
    assert f'href="{queue}"' in shown
    assert statuses(*tickets) == ["pending_review"] * 3
    assert not any(ticket.history().filter(action="approve").exists() for ticket in tickets)


def test_support_has_no_boxes(world, desk, sit):
    returns(world, desk)
    assert "_selected_action" not in text(sit("sun").get(listing(Ticket)))


def test_nothing_chosen_goes_back_to_the_list(world, desk, sit):
    for answer in (sit("mei").get(url("approve")), send(sit("mei"), "approve")):
        assert answer.status_code == 302
        assert answer.url.startswith(listing(Ticket))


def test_what_is_no_row_cannot_be_chosen(desk, sit):
    answer = sit("mei").post(listing(Ticket), {"action": "bulk_approve", "_selected_action": ["1", "\ufeff"]})
    assert answer.status_code == 400
    assert "Choose rows of this list" in text(answer)


def test_more_than_the_most_are_refused(world, desk, sit, monkeypatch):
    monkeypatch.setattr("desk.bulk.views.MAX_TICKETS", 2)
    tickets = returns(world, desk)
    body = {"action": "bulk_approve", "index": "0", "_selected_action": [ticket.pk for ticket in tickets]}
    answer = sit("mei").post(listing(Ticket), body, follow=True)
    assert "Up to 2 at once" in text(answer)
    assert MAX_TICKETS == 200


@pytest.mark.parametrize("query", ["?verb=delete&ids=1", "", "?ids=1"])
def test_an_unknown_verb_is_not_there(desk, sit, query):
    assert sit("mei").get(reverse("admin:desk_bulk") + query).status_code == 404


# --- doing it ---------------------------------------------------------------------------------------------


def test_each_is_approved_by_the_service_or_says_why_not(world, desk, sit):
    fine, late = returns(world, desk, 2)
    alert = desk.apply(world.delivered(), description="please exchange it for a larger one")
    assert alert.alerts
    desk.approve(late)
    world.password("mei")
    shown = text(sit("mei").get(url("approve", fine, late, alert)))
    assert "1 ticket can be processed · ¥198.00" in shown
    assert "2 tickets can't be processed in bulk" in shown
    answer = send(sit("mei"), "approve", fine, late, alert)
    assert answer.status_code == 200
    shown = text(answer)
    assert "1 ticket processed" in shown
    assert "2 couldn't be processed" in shown
    assert "it's “pending return”" in shown
    assert "Confirm the alert" in shown
    assert f'href="{page(alert)}"' in shown
    assert statuses(fine, late, alert) == ["pending_return", "pending_return", "pending_review"]
    line = Ticket.objects.get(pk=fine.pk).history().latest("sequence")
    assert (line.action, line.actor_kind, line.actor_id) == ("approve", "merchant", world.mei.pk)


def test_money_without_goods_is_paid(world, desk, sit):
    ticket = desk.apply(world.delivered(), "refund_only", "compensation")
    assert '1 ticket processed</b><b class="num">¥198.00</b>' in text(send(sit("mei"), "approve", ticket))
    assert Refund.objects.get().amount == Decimal("198.00")


def test_an_agent_stays_below_their_limit(world, desk, sit):
    """wen: up to 200.00."""
    small = desk.apply(world.delivered())
    large = desk.apply(world.delivered(lines=[("TEE", "99.00", 3)]))
    client = sit("wen")
    for shown in (text(client.get(url("approve", small, large))), text(send(client, "approve", small, large))):
        assert "above your limit of 200.00" in shown
    assert statuses(small, large) == ["pending_return", "pending_review"]


def test_a_second_press_finds_them_done(world, desk, sit):
    ticket, mei = returns(world, desk, 1)[0], sit("mei")
    seen = shown_to(mei, "approve", ticket)
    send(mei, "approve", ticket, seen=seen)
    answer = send(mei, "approve", ticket, seen=seen)
    assert answer.status_code == 409
    assert "it's “pending return”" in text(answer)
    assert ticket.history().filter(action="approve").count() == 1


# --- rejecting --------------------------------------------------------------------------------------------


def test_a_rejection_needs_its_reason_and_keeps_what_was_typed(world, desk, sit):
    CannedResponse.objects.create(shop=world.lantern, text="No photo of the damage.")
    CannedResponse.objects.create(shop=world.harbor, text="Not ours.")
    tickets, client = returns(world, desk, 2, reason="no_reason"), sit("mei")
    OrderLine.objects.update(no_reason_exempt=True, exempt_confirmed=True)
    shown = text(client.get(url("reject", *tickets)))
    assert "No photo of the damage." in shown
    assert "Not ours." not in shown
    assert shown.count("Needs a ground") == 2
    answer = send(client, "reject", *tickets, reason=" ", ground="exempt_confirmed")
    assert answer.status_code == 400
    assert "Say why" in text(answer)
    assert 'value="exempt_confirmed" selected' in text(answer)
    assert statuses(*tickets) == ["pending_review"] * 2


def test_one_reason_for_all(world, desk, sit):
    CannedResponse.objects.create(shop=world.lantern, text="No photo of the damage.")
    tickets = returns(world, desk, 2)
    assert "ground" not in text(sit("mei").get(url("reject", *tickets))).split('<form class="panel"')[1]
    assert "2 tickets processed" in text(send(sit("mei"), "reject", *tickets, template="No photo of the damage."))
    assert {Ticket.objects.get(pk=t.pk).rejection_reason for t in tickets} == {"No photo of the damage."}


def test_a_ground_is_kept_only_where_the_law_asks_for_one(world, desk, sit):
    plain, lawful = desk.apply(world.delivered()), desk.apply(world.delivered(), reason="no_reason")
    assert "1 couldn't be processed" in text(send(sit("mei"), "reject", plain, lawful, reason="Worn."))
    assert statuses(plain, lawful) == ["rejected", "pending_review"]
    again = desk.apply(world.delivered())
    send(sit("mei"), "reject", again, lawful, reason="Worn.", ground="exempt_confirmed")
    assert statuses(again, lawful) == ["rejected", "pending_review"]  # it is not true of the second
    OrderLine.objects.update(no_reason_exempt=True, exempt_confirmed=True)
    last = desk.apply(world.delivered())
    send(sit("mei"), "reject", last, lawful, reason="Cut.", ground="exempt_confirmed")
    assert [Ticket.objects.get(pk=t.pk).rejection_ground for t in (last, lawful)] == ["", "exempt_confirmed"]


def test_goods_that_have_not_left_are_not_rejected_among_many(world, desk, sit):
    """B-18: each needs a waybill of its own."""
    packed = orders.pack(world.place_order(), actor=desk.merchant, now=world.now)
    ticket, plain = desk.apply(packed, "refund_only", "dont_want"), desk.apply(world.delivered())
    shown = text(sit("mei").get(url("reject", ticket, plain)))
    assert "can only be rejected by shipping them" in shown
    assert "Needs a ground" not in shown
    assert "1 couldn't be processed" in text(send(sit("mei"), "reject", ticket, plain, reason="No."))
    assert statuses(ticket, plain) == ["pending_review", "rejected"]


# --- receiving --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", ["as_new", "resellable"])
def test_everything_arrived(world, desk, sit, condition):
    tickets = [desk.ship_back(desk.approve(ticket)) for ticket in returns(world, desk, 2)]
    before = desk.stock("TEE")[0]
    early = desk.apply(world.delivered())
    shown = text(sit("mei").get(url("receive", *tickets, early)))
    assert "2 tickets can be processed · ¥396.00" in shown
    assert desk.stock("TEE")[0] == before
    assert "2 tickets processed" in text(send(sit("mei"), "receive", *tickets, early, condition=condition))
    assert desk.stock("TEE")[0] == before + (4 if condition == "as_new" else 0)  # the others are marked
    assert [i.condition for t in tickets for item in t.lines.all() for i in item.inspections.all()] == [condition] * 2
    assert statuses(early) == ["pending_review"]


@pytest.mark.parametrize("condition", ["", "damaged", "missing"])
def test_a_condition_that_needs_eyes_is_not_offered(world, desk, sit, condition):
    ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    assert send(sit("mei"), "receive", ticket, condition=condition).status_code == 400
    assert statuses(ticket) == ["pending_refund"]


# --- who --------------------------------------------------------------------------------------------------


def test_tickets_of_another_shop_are_not_among_them(world, desk, sit):
    ticket = returns(world, desk, 1)[0]
    for answer in (sit("rui").get(url("approve", ticket)), send(sit("rui"), "approve", ticket)):
        assert answer.status_code == 302
        assert answer.url.startswith(listing(Ticket))
    assert statuses(ticket) == ["pending_review"]
    assert tickets_of(world.rui, str(ticket.pk)) == []


def test_support_may_look_but_not_decide(world, desk, sit):
    ticket = returns(world, desk, 1)[0]
    assert "1 ticket can't be processed in bulk" in text(send(sit("sun"), "approve", ticket))
    assert statuses(ticket) == ["pending_review"]


def test_nobody_comes_in_without_a_login(world, desk, sit):
    ticket = returns(world, desk, 1)[0]
    answer = send(sit(""), "approve", ticket)
    assert (answer.status_code, answer.url[:13]) == (302, "/login/?next=")
    assert send(sit("alice"), "approve", ticket).status_code == 404


# --- how much work ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_every_ticket_costs_the_same(world, desk, sit, verb):
    tickets, client, costs = returns(world, desk, 9), sit("mei"), []
    for chosen in (tickets[:2], tickets[2:5], tickets[5:9]):
        shown = shown_to(client, verb, *chosen)
        with CaptureQueriesContext(connection) as statements:
            assert "processed" in text(send(client, verb, *chosen, seen=shown, reason="Worn."))
        costs.append(len(statements))
    assert costs[1] - costs[0] == (costs[2] - costs[1])
    assert costs[1] - costs[0] <= 20


def test_a_long_one_says_how_long(world, desk, sit, monkeypatch):
    monkeypatch.setattr("desk.bulk.views.SHOW_SECONDS_FROM", 1)
    tickets = returns(world, desk, 2)
    assert "This takes about" in text(sit("mei").get(url("approve", *tickets)))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_each_once(reference_data):
    world = World()
    world.sku("TEE", on_hand=5)
    desk = Desk(world)
    tickets = returns(world, desk, 6)
    clients = [Client(headers={"accept-language": "en"}) for _ in range(2)]
    for client in clients:
        client.force_login(world.mei, backend="django.contrib.auth.backends.ModelBackend")

    seen = shown_to(clients[0], "approve", *tickets)

    def press(client):
        try:
            return send(client, "approve", *tickets, seen=seen)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, clients))
    assert {answer.status_code for answer in answers} <= {200, 409}  # 409: it read them after the other one had begun
    assert sum(len(answer.context_data.get("done", [])) for answer in answers) == 6
    assert statuses(*tickets) == ["pending_return"] * 6
    assert all(ticket.history().filter(action="approve").count() == 1 for ticket in tickets)
