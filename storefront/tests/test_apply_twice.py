"""One application, one ticket: whoever sends the page twice gets the first ticket."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from aftersales.models import Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.threads import patient
from tests.world import World

from .filled import body

CHOSEN = {"reason_refund_only": "late"}


def opened(world: World, sit: Sit) -> tuple[Order, dict[str, Any]]:
    world.now = timezone.now()
    order = world.place_order()
    page = text(sit("alice").get(f"/orders/{order.order_no}/apply/"))
    line = order.lines.get().pk
    return order, body(page) | CHOSEN | {f"quantity_{line}": "1"}  # a second ticket would find a unit


@pytest.mark.django_db
def test_the_second_is_shown_the_first_ticket(world: World, sit: Sit) -> None:
    order, filled = opened(world, sit)
    address, client = f"/orders/{order.order_no}/apply/", sit("alice")
    first, second = client.post(address, filled), client.post(address, filled)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1
    assert "already sent this request" in text(client.get(second["Location"]))


@pytest.mark.django_db
def test_a_new_page_is_a_new_application(world: World, sit: Sit) -> None:
    order, filled = opened(world, sit)
    address, client = f"/orders/{order.order_no}/apply/", sit("alice")
    client.post(address, filled)
    client.post(address, body(text(client.get(address))) | CHOSEN)
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_after_a_refusal_the_same_page_may_be_sent_again(world: World, sit: Sit) -> None:
    order, filled = opened(world, sit)
    address, client = f"/orders/{order.order_no}/apply/", sit("alice")
    refused = client.post(address, filled | {"reason_refund_only": ""})
    assert refused.status_code == 422
    assert body(text(refused))["token"] == filled["token"]
    assert client.post(address, body(text(refused)) | CHOSEN).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "\x00", "9" * 400])
def test_a_broken_token_is_replaced(world: World, sit: Sit, token: str) -> None:
    order, filled = opened(world, sit)
    answer = sit("alice").post(f"/orders/{order.order_no}/apply/", filled | {"token": token})
    assert answer.status_code == 302


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_five_at_the_same_moment(world: World, sit: Sit) -> None:
    order, filled = opened(world, sit)
    clients, start = [sit("alice") for _ in range(5)], Barrier(5)

    def press(client: Any) -> Any:
        patient()
        start.wait()
        try:
            return client.post(f"/orders/{order.order_no}/apply/", filled)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as crew:
        answers = list(crew.map(press, clients))
    assert {answer.status_code for answer in answers} == {302}
    assert {answer["Location"] for answer in answers} == {f"/tickets/{Ticket.objects.get().ticket_no}/"}
