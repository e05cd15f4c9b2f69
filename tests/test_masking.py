"""Nobody reads the phone of a person who does not need it: every address that answers a GET, as each role (ux 9)."""

import io
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from django.http.response import HttpResponseBase

from accounts.models import User
from orders.models import Order
from orders.services import show_receiver

from .addresses import Address, Rows, every_address
from .browser import Sit
from .fixtures import Login
from .world import NOW, World

pytestmark = [pytest.mark.slow, pytest.mark.once]
RECEIVER = {"name": "林小满", "phone": "13800006021", "address": "浙江省杭州市西湖区龙井路 1 号"}
PHONE, EMAIL = "13900007032", "lin@example.com"
# Where these are shown in full, and why.
IN_FULL = {
    "admin/ship/export/": "the list of what waits to be shipped; each order has its line in the history",
    "admin/accounts/user/<path:object_id>/change/": "the administrator keeps the accounts",
    "admin/refunds/chargeback/<int:pk>/evidence/": "name and address prove the delivery; a line in the history",
    "api/v1/orders/<str:order_no>/chargebacks/<path:chargeback_no>/evidence/": "the same",
}
EVIDENCE = "api/v1/orders/<str:order_no>/chargebacks/<path:chargeback_no>/evidence/"
# Whoever may not have a page is refused before anything is looked up for them.
REFUSED = (403, 404, 405)
GET = [address for address in every_address() if "^" not in address.route and "(?" not in address.route]
API = [address for address in GET if address.route.startswith("api/v1/") and "get" in address.verbs]
PAGES = [address for address in GET if not address.route.startswith("api/")]


@pytest.fixture
def rows(world: World) -> Rows:
    User.objects.filter(pk=world.alice.pk).update(phone=PHONE, email=EMAIL)
    rows = Rows(world)
    waits = world.place_order(receiver=RECEIVER)
    show_receiver(waits, actor=world.actor("mei"), now=NOW)
    rows.pickup.__class__.objects.update(**{f"sender_{name}": value for name, value in RECEIVER.items()})
    names = {f"receiver_{name}": value for name, value in RECEIVER.items()}
    Order.objects.filter(shop_id=world.lantern.pk).update(**names)
    return rows


def body(answer: HttpResponseBase) -> str:
    """Of a ZIP what is in it: packed, it would hide what the tests look for."""
    parts: Any = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    content = b"".join(parts)
    if answer.headers.get("Content-Type") == "application/zip":
        with ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(map(archive.read, archive.namelist()))
    return content.decode(errors="replace")


def told(text: str) -> list[str]:
    return [value for value in (*RECEIVER.values(), PHONE, EMAIL) if value in text]


def urls(addresses: list[Address], rows: Rows) -> Iterator[tuple[Address, str]]:
    for address in addresses:
        yield address, address.url(rows.real(address))


def with_queries(address: Address, *queries: str) -> tuple[str, ...]:
    """The page of one row is the same whatever is searched for."""
    return ("",) if address.names else ("", *queries)


@pytest.mark.parametrize("name", ["mei", "wen", "oms", "sun", "song", "rui", "bob", "eve"])
def test_no_answer_of_the_api_tells_it(rows: Rows, api: Login, name: str) -> None:
    client, answered = api(name), 0
    for address, url in urls(API, rows):
        if address.route in IN_FULL:
            continue
        for query in with_queries(address, "?shop=lantern", "?search=138"):
            answer = client.get(url + query)
            answered += answer.status_code == 200
            assert not told(body(answer)), (address, query)
    assert answered > 10


@pytest.mark.parametrize("name", ["mei", "wen", "sun", "song", "root", "rui", "bob"])
def test_no_page_tells_it(rows: Rows, sit: Sit, name: str) -> None:
    client, answered = sit(name), 0
    for address, url in urls(PAGES, rows):
        if address.route in IN_FULL or address.route.endswith("logout/"):
            continue
        for query in with_queries(address, "?q=138"):
            answer = client.get(url + query)
            answered += answer.status_code == 200
            assert not told(body(answer)), (address, query)
            if answer.status_code in REFUSED:
                break
    assert answered > 20 if name != "bob" else answered > 5


def test_the_exceptions_do_tell_it(rows: Rows, sit: Sit, api: Login) -> None:
    """And the crawl above would have found them."""
    assert set(IN_FULL) <= {address.route for address in GET}
    assert set(RECEIVER.values()) <= set(told(body(sit("mei").get("/admin/ship/export/"))))
    evidence = next(url for address, url in urls(API, rows) if address.route == EVIDENCE)
    # Not the phone.
    assert told(body(api("mei").get(evidence))) == [RECEIVER["name"], RECEIVER["address"]]
    assert set(told(body(sit("root").get(f"/admin/accounts/user/{rows.order.buyer_id}/change/")))) == {PHONE, EMAIL}


def test_buyers_read_their_own_and_nobody_elses(rows: Rows, api: Login, sit: Sit) -> None:
    assert api("alice").get(f"/api/v1/orders/{rows.order.order_no}/").json()["receiver"] == RECEIVER
    page = body(sit("alice").get(f"/orders/{rows.order.order_no}/"))
    assert set(RECEIVER.values()) <= set(told(page))
