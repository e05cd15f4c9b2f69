"""One box for any number: exactly so first, then what begins so, and nothing that is somebody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logistics.models import Parcel
from orders.models import Order, Payment
from refunds.models import Refund
from tests.browser import page, text
from tests.desk import Desk
from tests.indexes import begins_by_index

from ..find.hits import MAX_HITS


@pytest.fixture
def desk(world):
    return Desk(world)


@pytest.fixture
def rows(world, desk):
    world.sku("TEE", on_hand=5)
    order = world.delivered(order_no="E-9001", payments=[("PAY-9001", "198.00")])
    ticket = desk.ship_back(desk.approve(desk.apply(order)), tracking_no="SF900001")
    ticket = desk.pay_out(desk.receive(ticket))
    return {"order": order, "ticket": ticket, "refund": Refund.objects.get(), "parcel": ticket.return_parcel}


def find(client, q):
    return client.get(reverse("admin:desk_find"), {"q": q})


@pytest.mark.parametrize("name", ["mei", "wen", "sun"])
def test_the_whole_number_opens_the_page(rows, sit, name):
    client = sit(name)
    for typed, row in (
        (rows["ticket"].ticket_no, rows["ticket"]),
        (rows["ticket"].ticket_no.lower(), rows["ticket"]),
        (f"  {rows['order'].order_no}\t", rows["order"]),
        (rows["refund"].refund_no, rows["refund"]),
        ("SF900001", rows["parcel"]),
        ("PAY-9001", rows["order"]),
    ):
        answer = find(client, typed)
        assert (answer.status_code, answer.headers.get("Location")) == (302, page(row)), typed


def test_the_beginning_of_a_number_is_enough(rows, sit):
    for typed, row in (
        ("E-9", "order"),
        ("SF90", "parcel"),
        ("sf90", "parcel"),
        (rows["refund"].refund_no[:9], "refund"),
    ):
        assert find(sit("mei"), typed).headers["Location"] == page(rows[row]), typed


def test_two_characters_begin_everything_and_find_nothing(rows, sit):
    answer = find(sit("mei"), "E-")
    assert answer.status_code == 200
    assert "at least its first three characters" in text(answer)


def test_several_are_shown_by_kind_exact_ones_alone(world, rows, sit):
    for number in range(MAX_HITS + 2):
        world.place_order(order_no=f"E-90010{number}")
    assert find(sit("mei"), "E-9001").status_code == 302
    answer = text(find(sit("mei"), "E-900"))
    assert answer.count("E-9001") == MAX_HITS
    assert "Only the most recent are shown" in answer
    assert 'href="/admin/orders/order/?q=E-900"' in answer
    assert page(rows["order"]) not in answer


@pytest.mark.parametrize("typed", ["alice", "ali"])
def test_a_buyer_leads_to_their_orders_and_tickets(rows, sit, typed):
    answer = text(find(sit("mei"), typed))
    for row in ("order", "ticket"):
        assert page(rows[row]) in answer
    assert page(rows["refund"]) not in answer


def test_nothing_of_another_shop_is_found(rows, sit):
    numbers = [rows["ticket"].ticket_no, "E-9001", "E-90", rows["refund"].refund_no, "SF900001", "PAY-9001", "alice"]
    for typed in numbers:
        answer = find(sit("rui"), typed)
        assert answer.status_code == 200, typed
        assert "No results for" in text(answer), typed


@pytest.mark.parametrize("typed", ["\x00", "%", "'; --", "灯" * 40, "a" * 5000, "E-9001\x00"])
def test_whatever_is_typed_is_answered(rows, sit, typed):
    assert find(sit("mei"), typed).status_code in (200, 302)


def test_an_empty_box_says_what_can_be_found(rows, sit):
    answer = text(sit("mei").get(reverse("admin:desk_find")))
    assert "a parcel by its tracking number" in answer
    assert "autofocus" in answer


def test_a_find_is_few_statements_however_much_there_is(world, rows, sit):
    for number in range(30):
        world.place_order(order_no=f"E-91{number}")
    for name, typed in (("mei", "E-91"), ("sun", "alice"), ("sun", "zzz")):
        client = sit(name)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            find(client, typed)
        assert len(seen) <= 8, typed


@pytest.mark.django_db
def test_numbers_are_read_by_their_indexes():
    assert begins_by_index(Payment, "transaction_no")
    assert begins_by_index(Order, "order_no")
    assert begins_by_index(Parcel, "tracking_no")


def test_support_reopens_a_window_in_two_clicks(world, desk, sit):
    order = world.completed()
    client = sit("sun")
    opened = find(client, order.order_no)  # the first
    assert opened.headers["Location"] == page(order)
    assert page(order, "reopen_window") in text(client.get(opened.headers["Location"]))  # the second
    assert page(order, "reopen_window") not in text(sit("mei").get(page(order)))


def test_a_find_is_no_verb(rows, sit):
    assert sit("mei").post(reverse("admin:desk_find"), {"q": "E-9001"}).status_code == 405
