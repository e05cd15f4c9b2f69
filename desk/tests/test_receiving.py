"""The warehouse: a number opens a parcel, counting it is one form, and the input is ready for the next."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Inspection, Ticket
from kernel.models import History
from tests.browser import page, text
from tests.desk import Desk

GIF = b"\x47\x49\x46\x38\x39\x61\x01\x00\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01\x00\x3b"


@pytest.fixture
def desk(world):
    world.sku("TEE", on_hand=5)
    return Desk(world)


@pytest.fixture
def ticket(world, desk):
    return on_its_way(world, desk)


def on_its_way(world, desk, type_="return_refund", tracking_no="SF1", order=None):
    ticket = desk.approve(desk.apply(order or world.delivered(), type_))
    return desk.ship_back(ticket, tracking_no=tracking_no)


def scan(client, q=""):
    return client.get(reverse("admin:desk_receive"), {"q": q} if q else {})


def count(client, ticket, **units):
    """`as_new=2`: of the only line."""
    line = ticket.lines.get().line_id
    body = {"verb": "receive", "ticket": ticket.ticket_no, "note": units.pop("note", "")}
    body |= {name: units.pop(name) for name in ("deduction", "deduction_consent") if name in units}
    body |= {f"{line}-{condition}": number for condition, number in units.items()}
    return client.post(reverse("admin:desk_receive"), body)


def refuse(client, ticket, **more):
    return client.post(reverse("admin:desk_receive"), {"verb": "refuse", "ticket": ticket.ticket_no} | more)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


# --- scanning ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mei", "wen"])
def test_any_of_its_numbers_opens_the_counting(ticket, sit, name):
    for number in (ticket.ticket_no, ticket.ticket_no.lower(), "SF1", ticket.order.order_no):
        shown = text(scan(sit(name), number))
        assert f'name="ticket" value="{ticket.ticket_no}"' in shown, number
        assert "If everything arrived, ¥198.00 is refunded right away." in shown
        assert 'value="2"' in shown
        assert "autofocus" in shown.split("<fieldset")[1].split("</fieldset>")[0]


def test_several_are_chosen_from(world, desk, ticket, sit):
    other = on_its_way(world, desk)
    shown = text(scan(sit("mei"), "SF1"))
    assert "2 tickets are waiting for this parcel" in shown
    for one in (ticket, other):
        assert f'href="?q={one.ticket_no}"' in shown
    count(sit("mei"), other, as_new=2)
    assert f'name="ticket" value="{ticket.ticket_no}"' in text(scan(sit("mei"), "SF1"))


def test_what_is_not_awaited_says_why(world, desk, ticket, sit):
    waiting = desk.apply(world.delivered())
    count(sit("mei"), ticket, as_new=2)
    for one, why in ((ticket, "already received"), (waiting, "been approved yet")):
        shown = text(scan(sit("mei"), one.ticket_no))
        assert why in shown
        assert page(one) in shown
        assert 'name="verb"' not in shown
        assert "autofocus" in shown


@pytest.mark.parametrize("number", ["AS404", "<b>", "\x00", "x" * 400])
def test_an_unknown_number_says_what_to_do(ticket, sit, number):
    answer = scan(sit("mei"), number)
    assert answer.status_code == 200
    assert "<b>&" not in text(answer)
    if number != "\x00":
        assert "None of your shops' tickets, parcels or orders has the number" in text(answer)


def test_a_parcel_of_another_shop_is_unknown(ticket, sit):
    for number in (ticket.ticket_no, "SF1", ticket.order.order_no):
        shown = text(scan(sit("rui"), number))
        assert "None of your shops' tickets" in shown
        assert page(ticket) not in shown
    assert count(sit("rui"), ticket, as_new=2).status_code == 404
    assert fresh(ticket).received_at is None


def test_support_sees_it_but_does_not_count(ticket, sit):
    assert "Only members of the shop can receive" in text(scan(sit("sun"), ticket.ticket_no))
    assert count(sit("sun"), ticket, as_new=2).status_code == 403
    assert fresh(ticket).received_at is None


def test_nobody_comes_in_without_a_login(ticket, sit):
    assert scan(sit("")).url.startswith("/login/?next=")
    assert count(sit("alice"), ticket, as_new=2).status_code == 404


# --- counting ---------------------------------------------------------------------------------------------


def test_everything_as_new(desk, ticket, sit):
    client, before = sit("mei"), desk.stock("TEE")[0]
    answer = count(client, ticket, as_new=2)
    assert (answer.status_code, answer.url) == (302, reverse("admin:desk_receive"))
    shown = text(client.get(answer.url))
    assert f"{ticket.ticket_no}: 2 units received · 2 back to stock · ¥198.00 refunded" in shown
    assert "Received by you today" in shown
    assert page(ticket) in shown
    assert 'id="scan-q"' in shown
    assert "autofocus" in shown
    assert desk.stock("TEE")[0] == before + 2
    assert fresh(ticket).history().get(action="receive").actor_id == History.objects.latest("id").actor_id


def test_what_is_not_counted_is_missing(desk, ticket, sit):
    client = sit("mei")
    assert count(client, ticket, damaged=1).status_code == 302
    assert "1 unit received · 1 missing · ¥99.00 refunded" in text(scan(client))
    assert set(Inspection.objects.values_list("condition", "quantity")) == {("damaged", 1), ("missing", 1)}
    assert fresh(ticket).approved_amount == Decimal("99.00")


def test_an_empty_form_loses_nobodys_goods(ticket, sit):
    client = sit("mei")
    for units in ({}, {"as_new": 0}, {"as_new": ""}):
        answer = count(client, ticket, **units)
        assert answer.status_code == 400
        assert "You haven't counted anything" in text(answer)
    assert fresh(ticket).received_at is None
    assert count(client, ticket, missing=2).status_code == 302
    assert "nothing arrived and nothing is refunded" in text(scan(client))


@pytest.mark.parametrize("units", [{"as_new": 3}, {"as_new": "x"}, {"as_new": -1}, {"as_new": 2, "damaged": 1}])
def test_a_wrong_count_keeps_what_was_typed(ticket, sit, units):
    answer = count(sit("mei"), ticket, **units, note="one box was open")
    assert answer.status_code in (400, 422)
    assert "one box was open" in text(answer)
    assert fresh(ticket).received_at is None


def test_a_deduction_needs_the_buyers_yes(ticket, sit):
    """B-13: the shop cannot note it, so the sentence leads to the offer."""
    answer = count(sit("mei"), ticket, as_new=2, deduction="10.00", deduction_consent="on", note="scratched")
    assert answer.status_code == 409
    assert "Make an offer" in text(answer)
    assert 'value="10.00"' in text(answer)
    assert fresh(ticket).received_at is None


def test_a_shop_of_its_own_may_note_how_they_agreed(world, desk, sit):
    world.revise_policy(consent="note")
    ticket, client = on_its_way(world, desk), sit("mei")
    assert count(client, ticket, as_new=2, deduction="10.00", note="scratched").status_code == 409
    assert (
        count(client, ticket, as_new=2, deduction="10.00", deduction_consent="on", note="by phone").status_code == 302
    )
    assert fresh(ticket).approved_amount == Decimal("188.00")


def test_an_agent_stays_below_their_limit(world, desk, sit):
    ticket = on_its_way(world, desk, order=world.delivered(lines=[("TEE", "99.00", 3)]))
    answer = count(sit("wen"), ticket, as_new=3)
    assert answer.status_code == 403
    assert "above your limit of 200.00" in text(answer)
    assert fresh(ticket).received_at is None


def test_pressed_twice_it_is_received_once(desk, ticket, sit):
    client = sit("mei")
    count(client, ticket, as_new=2)
    stock = desk.stock("TEE")
    answer = count(client, ticket, as_new=2)
    assert answer.status_code == 409
    assert "already received" in text(answer)
    assert desk.stock("TEE") == stock


def test_an_exchange_is_counted_without_money(world, desk, sit):
    ticket, client = on_its_way(world, desk, "exchange"), sit("mei")
    assert "You can then send the replacement" in text(scan(client, ticket.ticket_no))
    count(client, ticket, as_new=2)
    shown = text(scan(client))  # the message is shown once
    assert "2 units received · 2 back to stock" in shown
    assert "back to stock ·" not in shown
    assert "refunded" not in shown


# --- refusing ---------------------------------------------------------------------------------------------


def test_goods_are_refused_with_a_reason(ticket, sit):
    client = sit("mei")
    assert refuse(client, ticket, reason="A brick.").status_code == 302
    assert "goods refused" in text(scan(client))
    assert (fresh(ticket).status, fresh(ticket).rejection_reason) == ("rejected", "A brick.")


def test_a_refusal_needs_a_reason_and_a_real_photo(ticket, sit):
    client = sit("mei")
    assert refuse(client, ticket, reason="").status_code == 400
    answer = refuse(client, ticket, reason="A brick.", photos=SimpleUploadedFile("x.gif", GIF))
    assert 400 <= answer.status_code < 500
    assert "A brick." in text(answer)
    assert '<details class="panel refuse" open' in text(answer)
    assert fresh(ticket).status == "pending_refund"


def test_goods_that_were_never_sent_cannot_be_refused(world, desk, sit):
    ticket = desk.approve(desk.apply(world.delivered()))
    shown = text(scan(sit("mei"), ticket.ticket_no))
    assert 'value="receive"' in shown
    assert 'value="refuse"' not in shown
    assert refuse(sit("mei"), ticket, reason="A brick.").status_code == 409


@pytest.mark.parametrize("body", [{}, {"verb": "approve"}, {"verb": "receive", "ticket": "AS0"}])
def test_other_posts_are_nothing(ticket, sit, body):
    assert sit("mei").post(reverse("admin:desk_receive"), body).status_code == 404


# --- the list of the day ----------------------------------------------------------------------------------


def test_the_last_ten_of_today_by_this_person(world, desk, sit):
    client = sit("mei")
    for number in range(12):
        count(client, on_its_way(world, desk, tracking_no=f"SF-{number}"), as_new=2)
    assert text(scan(client)).count("Goods received") == 10
    assert text(scan(sit("wen"))).count("Goods received") == 0
    from ..receiving.log import done_today

    assert done_today(world.mei.pk, timezone.localtime() + timedelta(days=1)) == []


def test_scanning_is_few_statements_however_many_were_received(world, desk, sit):
    client = sit("mei")
    tickets = [on_its_way(world, desk, tracking_no=f"SF-{number}") for number in range(4)]
    costs = []
    for ticket in tickets[:3]:
        count(client, ticket, as_new=2)
        with CaptureQueriesContext(connection) as seen:
            scan(client)
        costs.append(len(seen))
    assert costs[1] == costs[2] <= 10
    with CaptureQueriesContext(connection) as seen:
        assert 'name="verb"' in text(scan(client, tickets[3].ticket_no))
    assert len(seen) <= 14
