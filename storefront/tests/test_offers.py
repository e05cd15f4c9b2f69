"""The shop's offer on the buyer's pages: old and new side by side, answered by one tap, without a script."""

from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from aftersales import services
from aftersales.models import Offer, Ticket
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


@pytest.fixture
def made(desk: Desk, ticket: Ticket) -> Offer:
    amount, fee = Decimal("180.00"), Decimal("8.00")
    services.offer(ticket, amount=amount, service_fee=fee, note="The box is missing.", actor=desk.merchant, now=NOW)
    return ticket.offers.get()


def url(ticket: Ticket, verb: str = "") -> str:
    return reverse("ticket", args=[ticket.ticket_no]) + (f"{verb}/" if verb else "")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def answer(ticket: Ticket, made: Offer) -> dict[str, int]:
    return {"offer": made.pk, "version": fresh(ticket).version}


def test_old_and_new_stand_side_by_side(sit: Sit, ticket: Ticket, made: Offer) -> None:
    html = text(sit("alice").get(url(ticket)))
    assert "You have an offer from the shop" in html
    table = html.split('id="offer"')[1].split("</section>")[0]
    for part in ("¥198.00", "¥172.00", "¥8.00", "The box is missing.", 'scope="row"', "<caption"):
        assert part in table, part
    assert table.count('method="post"') == 2


def test_who_pays_the_way_back_is_shown_where_it_changes(desk: Desk, sit: Sit, ticket: Ticket, made: Offer) -> None:
    assert "Return shipping paid by" not in text(sit("alice").get(url(ticket)))
    services.offer(ticket, note="You send it", return_freight_payer="buyer", actor=desk.merchant, now=NOW)
    table = text(sit("alice").get(url(ticket))).split('id="offer"')[1].split("</section>")[0]
    assert "Return shipping paid by</th><td>the merchant</td><td>the buyer</td>" in table


def test_one_tap_says_yes(sit: Sit, ticket: Ticket, made: Offer) -> None:
    response = sit("alice").post(url(ticket, "accept-offer"), answer(ticket, made), follow=True)
    assert "You accepted the shop's offer. It takes effect now." in unescape(text(response))
    assert 'id="offer"' not in text(response)
    assert (fresh(ticket).status, fresh(ticket).approved_amount) == ("pending_return", Decimal("172.00"))


def test_one_tap_says_no(sit: Sit, ticket: Ticket, made: Offer) -> None:
    response = sit("alice").post(url(ticket, "decline-offer"), answer(ticket, made), follow=True)
    assert "You declined the offer. Your ticket continues as before." in text(response)
    assert (fresh(ticket).status, fresh(ticket).offered_at) == ("pending_review", None)


def test_a_page_of_the_older_offer_accepts_nothing(sit: Sit, desk: Desk, ticket: Ticket, made: Offer) -> None:
    stale = answer(ticket, made)
    services.offer(ticket, amount=Decimal("10.00"), note="Less", actor=desk.merchant, now=NOW)
    response = sit("alice").post(url(ticket, "accept-offer"), stale, follow=True)
    assert "changed since you looked" in text(response)
    assert "¥10.00" in text(response)
    assert fresh(ticket).status == "pending_review"


def test_an_answer_is_asked_on_the_tickets_page_alone(sit: Sit, ticket: Ticket, made: Offer) -> None:
    for verb in ("accept-offer", "decline-offer"):
        assert sit("alice").get(url(ticket, verb))["Location"] == url(ticket)
        assert sit("bob").post(url(ticket, verb), answer(ticket, made)).status_code == 404


def test_without_an_offer_there_is_none_to_answer(sit: Sit, ticket: Ticket) -> None:
    response = sit("alice").post(url(ticket, "accept-offer"), {"offer": 1}, follow=True)
    assert "has changed in the meantime" in text(response)


def test_the_first_page_and_the_list_lead_to_it(sit: Sit, ticket: Ticket, made: Offer) -> None:
    for page in (reverse("home"), reverse("tickets")):
        html = text(sit("alice").get(page))
        assert f'href="{url(ticket)}#offer"' in html, page
        assert "Answer the offer" in html


def test_while_the_goods_are_to_be_sent_the_offer_comes_first(sit: Sit, desk: Desk, ticket: Ticket) -> None:
    desk.approve(ticket)
    services.offer(ticket, amount=Decimal("50.00"), note="Keep them", actor=desk.merchant, now=NOW)
    html = text(sit("alice").get(url(ticket)))
    assert "Agreed so far" in html
    assert "refund only" in html.lower()
    assert 'id="do-ship-back"' in html  # sending it back is still possible


def test_less_on_a_note_is_told_and_may_be_objected_to(sit: Sit, desk: Desk, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    desk.world.revise_policy(consent="note")
    ticket = desk.apply(desk.world.completed(), "refund_only", "late")
    noted = {"service_fee_consent": True, "note": "Agreed on the phone."}
    desk.pay_out(desk.approve(ticket, service_fee=Decimal("8.00"), **noted))
    alice = sit("alice")
    html = text(alice.get(url(ticket)))
    for part in ("The shop paid less", "¥8.00", "Agreed on the phone.", f'href="{url(ticket, "object")}"'):
        assert part in html, part
    assert "Why do you object?" in text(alice.get(url(ticket, "object")))
    assert alice.post(url(ticket, "object"), {"note": " "}).status_code == 400
    html = text(alice.post(url(ticket, "object"), {"note": "Nobody called me"}, follow=True))
    claim = Ticket.objects.get(objection=True)
    assert f'href="{url(claim)}"' in html
    assert claim.requested_amount == Decimal("8.00")
