"""Offers at the desk: proposed from the review page, and what is shown of the answer."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from aftersales import services
from aftersales.models import Offer, Ticket
from tests.browser import Sit
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


def page(ticket: Ticket, verb: str = "change") -> str:
    return reverse(f"admin:aftersales_ticket_{verb}", args=[ticket.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_two_clicks_from_the_review_page(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    """The form is on the page: choose it, send it."""
    mei = sit("mei")
    html = text(mei.get(page(ticket)))
    assert 'id="do-offer"' in html
    assert "refund_amount_consent" not in html  # the shop cannot tick what is the buyer's to say
    assert "service_fee_consent" not in html
    terms = {"type": "refund_only", "amount": "60.00", "note": "Keep it", "version": ticket.version}
    assert mei.post(page(ticket, "offer"), terms).status_code == 302
    made = Offer.objects.get()
    assert (made.type, made.amount, made.service_fee, made.note) == ("refund_only", 60, 0, "Keep it")
    html = text(mei.get(page(ticket)))
    assert "Buyer needs to respond to the offer" in html
    assert "waits for the buyer" in html
    assert "¥60.00" in html


def test_the_queue_says_whom_it_waits_for(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    services.offer(ticket, note="-", actor=desk.merchant, now=NOW)
    html = text(sit("mei").get(reverse("admin:aftersales_ticket_changelist")))
    assert "Buyer needs to respond to the offer" in html


def test_a_refusal_keeps_what_was_typed(ticket: Ticket, sit: Sit) -> None:
    response = sit("mei").post(page(ticket, "offer"), {"type": "return_refund", "amount": "500.00", "note": "Hm"})
    assert response.status_code == 422
    assert 'value="500.00"' in text(response)
    assert not Offer.objects.exists()


def test_an_agent_stops_at_the_limit(desk: Desk, sit: Sit) -> None:
    ticket = desk.apply(desk.world.delivered(lines=[("TEE", "300.00", 1)]))
    response = sit("wen").post(page(ticket, "offer"), {"type": "return_refund", "amount": "250.00", "note": "Hm"})
    assert response.status_code == 403
    assert not Offer.objects.exists()


def test_the_count_goes_with_an_offer_for_goods_that_came_back(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    ticket = desk.ship_back(desk.approve(ticket))
    line = ticket.lines.get().line_id
    told = {f"{line}-damaged": "2", "amount": "150.00", "note": "Both are scratched"}
    assert sit("mei").post(page(ticket, "offer"), told).status_code == 302
    made = Offer.objects.get()
    assert made.goods == {"units": [{"line_id": line, "quantity": 2, "condition": "damaged"}]}
    ticket = services.accept_offer(ticket, offer=made.pk, actor=desk.buyer, now=NOW)
    assert (ticket.approved_amount, ticket.deduction) == (Decimal("150.00"), Decimal("48.00"))


def test_what_was_answered_stays_to_be_read(desk: Desk, ticket: Ticket, sit: Sit) -> None:
    services.offer(ticket, note="Once", actor=desk.merchant, now=NOW)
    services.decline_offer(ticket, offer=Offer.objects.get().pk, actor=desk.buyer, now=NOW)
    html = text(sit("mei").get(page(ticket)))
    assert "declined" in html
    assert "Once" in html
