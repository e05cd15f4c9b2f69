"""The form for sending goods back: where they go, to read and to copy."""

import re

import pytest
from django.test import Client

from aftersales.models import Ticket
from tests.browser import text
from tests.desk import Desk
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    return desk.approve(desk.apply(world.delivered()))


@pytest.mark.parametrize("page", ["", "ship-back/"])
def test_shows_the_address_as_text_with_a_button_that_copies_all_of_it(
    alice: Client, ticket: Ticket, page: str
) -> None:
    html = text(alice.get(f"/tickets/{ticket.ticket_no}/{page}"))
    assert html.count('<p class="as-lines">Dock 1</p>') == 1
    buttons = re.findall(r"<button[^>]*data-copy=\"Returns 1 Dock 1\"[^>]*>.*?</button>", html, re.DOTALL)
    assert len(buttons) == 1
    # The script shows it: without one there is nothing that it could do.
    assert re.search(r"\shidden>", buttons[0])
    assert "Copy the address" in buttons[0]


def test_to_correct_the_number_it_is_there_too(desk: Desk, alice: Client, ticket: Ticket) -> None:
    desk.ship_back(ticket)
    html = text(alice.get(f"/tickets/{ticket.ticket_no}/ship-back/"))
    assert "Copy the address" in html
    assert "Dock 1" in html


def test_every_copy_button_waits_for_the_script_and_says_what_it_copies(
    desk: Desk, alice: Client, ticket: Ticket
) -> None:
    desk.ship_back(ticket)
    for address in (f"/tickets/{ticket.ticket_no}/", f"/orders/{ticket.order.order_no}/"):
        buttons = re.findall(r"<button[^>]*data-copy[^>]*>", text(alice.get(address)))
        assert buttons
        for button in buttons:
            assert " hidden" in button
            assert "aria-label" in button or "as-btn" in button


def test_a_flag_is_a_word_and_none_is_not_named(world: World, alice: Client) -> None:
    order = world.place_order()
    address = f"/orders/{order.order_no}/"
    alice.post(f"{address}remark/", {"text": "Ring twice", "flag": "none"})
    assert not re.search(r"Flag: ", text(alice.get(address)))
    alice.post(f"{address}remark/", {"text": "Fragile", "flag": "red"})
    html = text(alice.get(address))
    assert re.search(r'as-flag--red" aria-hidden="true"></span>\s*Flag: Red ·', html)
