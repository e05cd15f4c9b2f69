"""Who is nobody here gets nothing, at every address that the urlconf knows. A new address is tested as it comes."""

import json
from typing import Any

import pytest
from django.contrib import admin
from rest_framework.test import APIClient

from accounts.models import User
from accounts.privacy.models import ErasureRequest
from aftersales.models import Reason
from refunds.models import ChannelNotice

from .addresses import Address, Rows, every_address
from .browser import Sit
from .fixtures import Login
from .world import World

# Contract §4. The patterns without a row are those that answer 404 to whatever nothing else matched.
OPEN = {
    "healthz", "readyz", "readyz/jobs", "metrics", "login/", "logout/", "help/", "i18n/setlang/", "sandbox/refunds/",
    "sandbox/refunds/<str:refund_no>/return/", "sandbox/pay/",
    "notify/kuaidi100/", "notify/kuaidi100/pickup/", "notify/kdniao/",
    "notify/<str:channel>/", "notify/<str:channel>/<str:account>/",
    "theme/", "offline/", "sw.js", "favicon.ico", "robots.txt",
    "api/v1/auth/token/", "api/v1/schema/", "api/v1/docs/",
    "admin/login/", "admin/logout/", "admin/(?P<url>.*)$", "^(?:api|notify|sandbox|metrics)(?:/|$)",
}  # fmt: skip
# For everybody with a login: it says nothing about anybody's orders.
FOR_ALL = {"api/v1/reasons/", "api/v1/shops/<str:code>/", "api/v1/shops/<str:code>/faq/"}
CLOSED = [address for address in every_address() if address.route not in OPEN]
API = [address for address in CLOSED if address.route.startswith("api/")]
# All but the index of one app, whose pattern is no path.
DESK = [address for address in CLOSED if address.route.startswith("admin/") and "^" not in address.route]
PAGES = [address for address in CLOSED if not address.route.startswith(("api/", "admin/"))]
ADMINS = [address for address in DESK if address.resource in ("accounts/user", "r/<path:content_type_id>")]


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


def ask(client: APIClient, method: str, url: str) -> Any:
    return getattr(client, method)(url) if method == "get" else getattr(client, method)(url, {}, format="json")


def said(answer: Any) -> dict[str, Any]:
    """The body without the number of its request, which tells nothing of any row."""
    body: dict[str, Any] = answer.json()
    assert body.pop("request_id")
    return body


def query(address: Address) -> str:
    """Goods are named together with their shop."""
    return "?shop=lantern" if address.resource in ("skus", "return-addresses") else ""


def test_the_lists_above_are_of_today() -> None:
    routes = {address.route for address in every_address()}
    assert routes >= OPEN | FOR_ALL
    assert len(API) > 40
    assert len(DESK) > 80
    assert all(address.verbs for address in API)


class TestAnonymous:
    def test_programs_get_401(self, rows: Rows, api: Login) -> None:
        client = api("")
        for address in API:
            for method in address.verbs:
                answer = ask(client, method, address.url(rows.real(address)) + query(address))
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), (method, address)

    def test_people_are_sent_to_the_login(self, rows: Rows, sit: Sit) -> None:
        client = sit("")
        for address in PAGES + DESK:
            url = address.url(rows.real(address))
            for answer in (client.get(url), client.post(url, {})):
                assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={url}"), address


class TestStrangers:
    """eve has no order and no shop; rui manages the other shop."""

    @pytest.mark.parametrize("name", ["eve", "bob", "rui"])
    def test_a_row_of_others_is_not_there(self, rows: Rows, api: Login, name: str) -> None:
        client = api(name)
        for address in API:
            if not address.names or address.route in FOR_ALL:
                continue
            for method in address.verbs:
                real, none = (
                    ask(client, method, address.url(values) + query(address))
                    for values in (rows.real(address), rows.missing(address))
                )
                assert real.status_code == none.status_code == 404, (method, address)
                assert said(real) == said(none), (method, address)

    @pytest.mark.parametrize("name", ["eve", "bob", "rui"])
    def test_lists_tell_nothing_of_others(self, rows: Rows, api: Login, name: str) -> None:
        client = api(name)
        for address in API:
            if address.names or "get" not in address.verbs:
                continue
            for more in ("", "?shop=lantern", "?search=E", f"?order_no={rows.order.order_no}"):
                answer = ask(client, "get", address.url({}) + more)
                assert answer.status_code in (200, 404), address
                assert not [secret for secret in rows.secrets if secret in answer.content.decode()], address

    @pytest.mark.parametrize("name", ["eve", "bob", "rui"])
    @pytest.mark.parametrize("door", ["tickets/", "tickets/quote/"])
    def test_nor_is_a_row_that_the_body_names(self, rows: Rows, api: Login, name: str, door: str) -> None:
        line = rows.order.lines.get().pk
        body = {"type": "return_refund", "reason": "no_reason", "lines": [{"line_id": line, "quantity": 1}]}
        real, none = (
            api(name).post(f"/api/v1/{door}", body | {"order_no": number}) for number in (rows.order.order_no, "E-0")
        )
        assert real.status_code == none.status_code == 404
        assert said(real) == said(none)

    def test_nor_can_it_be_used_in_ones_own(self, world: World, rows: Rows, api: Login) -> None:
        """A3: bob's order with alice's line, with her photo."""
        mine, client = world.delivered(buyer="bob"), api("bob")
        body = {"order_no": mine.order_no, "type": "return_refund", "reason": "quality"}
        for line, photo in ((rows.order.lines.get(), None), (mine.lines.get(), rows.evidence)):
            lines = [{"line_id": line.pk, "quantity": 1}]
            photos = [str(photo.pk)] if photo else []
            answer = client.post("/api/v1/tickets/", body | {"lines": lines, "evidence": photos})
            assert answer.status_code in (400, 404)
            assert not [secret for secret in rows.secrets if secret in answer.content.decode()]

    def test_goods_are_the_shops_own(self, rows: Rows, api: Login) -> None:
        """Nor does a shop's manager name another shop."""
        for name in ("rui", "eve", "alice"):
            for path in ("skus/TEE/", "skus/TEE/stock/", "return-addresses/"):
                assert ask(api(name), "get", f"/api/v1/{path}?shop=lantern").status_code == 404, (name, path)
        new = {"shop": "lantern", "name": "R", "phone": "1", "address": "Dock 13"}
        assert api("rui").post("/api/v1/return-addresses/", new).status_code == 404
        assert api("rui").put("/api/v1/skus/NEW/?shop=lantern", {"title": "x"}).status_code == 404


@pytest.mark.slow
@pytest.mark.once
class TestTheDesk:
    @pytest.mark.parametrize("name", ["eve", "alice", "oms"])
    def test_is_closed_to_buyers_and_programs(self, rows: Rows, sit: Sit, name: str) -> None:
        client = sit(name)
        for address in DESK:
            url = address.url(rows.real(address))
            assert client.get(url).status_code == client.post(url, {}).status_code == 404, address

    def test_rows_of_another_shop_are_not_there(self, rows: Rows, sit: Sit) -> None:
        """A row is answered as one that does not exist: 404, or what the address answers to anything."""
        client, seen = sit("rui"), 0
        for address in DESK:
            if not address.names or address.resource == f"aftersales/{Reason._meta.model_name}":
                continue
            seen += 1
            for method in ("get", "post"):
                real, none = (
                    getattr(client, method)(address.url(values), {})
                    for values in (rows.real(address), rows.missing(address))
                )
                assert real.status_code == none.status_code, (method, address)
                allowed = (403, 404) if address in ADMINS else (404,)
                assert real.status_code in allowed or self._says_nothing(real, method, address), (method, address)
        assert seen > 70

    @staticmethod
    def _says_nothing(answer: Any, method: str, address: Address) -> bool:
        """An old address that leads to `change/` whatever the number; a page that takes no POST; what nobody may."""
        if address.route.endswith("<path:object_id>/"):
            return bool(answer.status_code == 302 and answer.url.endswith("change/"))
        if method == "post" and address.route.endswith("change/"):
            return bool(answer.status_code == 405)
        return bool(answer.status_code == 403 and address.route.endswith("delete/"))

    def test_lists_tell_nothing_of_another_shop(self, rows: Rows, sit: Sit) -> None:
        client = sit("rui")
        for model in admin.site._registry:
            page = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
            assert page.status_code == (403 if model in (User, ErasureRequest, ChannelNotice) else 200), model
            assert not [secret for secret in rows.secrets if secret in page.content.decode()], model


def test_a_login_shows_ones_own_and_no_more(rows: Rows, api: Login) -> None:
    """The same addresses do answer to those whose rows they are; otherwise the tests above would prove nothing."""
    for name in ("alice", "mei", "sun"):
        for path in (
            f"orders/{rows.order.order_no}/",
            f"tickets/{rows.ticket.ticket_no}/",
            f"refunds/{rows.refund.refund_no}/",
            f"parcels/{rows.parcel.pk}/",
            f"evidence/{rows.evidence.pk}/",
        ):
            assert api(name).get(f"/api/v1/{path}").status_code == 200, (name, path)
    assert rows.order.order_no in json.dumps(api("alice").get("/api/v1/orders/").json())
