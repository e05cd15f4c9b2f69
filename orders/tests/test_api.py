"""The doors of contract §5 "Orders": who gets what, how it looks, and how many statements it takes."""

from typing import Any

import pytest

from accounts.models import Faq
from orders.models import Order
from tests.world import PASSWORD, World

BODY: dict[str, Any] = {
    "order_no": "E-1001",
    "shop": "lantern",
    "buyer": "alice",
    "currency": "CNY",
    "placed_at": "2026-01-02T10:00:00+08:00",
    "freight": "10.00",
    "discount": "30.00",
    "points_deduction": "0.00",
    "lines": [
        {
            "sku": "TEE-RED-M",
            "title": "T-shirt",
            "spec": "Red / M",
            "category": "apparel",
            "unit_price": "99.00",
            "quantity": 2,
            "discount": "0.00",
        }
    ],
    "payments": [
        {"channel": "sandbox", "transaction_no": "PAY-1", "amount": "178.00", "paid_at": "2026-01-02T10:01:00+08:00"}
    ],
    "receiver": {"name": "Alice", "phone": "138", "address": "1 Lantern Street"},
}


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1/{path}", body or {}, format="json", **headers)


class TestCreate:
    def test_the_body_of_the_contract(self, world, api):
        answer = post(api("oms"), "orders/", BODY)
        assert answer.status_code == 201, answer.content
        order = answer.json()
        assert order["order_no"] == "E-1001"
        assert (order["shop"], order["shop_name"], order["buyer"]) == ("lantern", "Lantern", "alice")
        assert (order["status"], order["status_label"]) == ("paid", "to be shipped")
        assert (order["fulfilment"], order["aftersales_state"]) == ("unallocated", "none")
        assert (order["amount"], order["refunded_amount"], order["discount"]) == ("178.00", "0.00", "30.00")
        assert order["lines"][0]["paid_amount"] == "168.00"
        assert isinstance(order["lines"][0]["line_id"], int)
        assert order["payments"] == [
            {
                "channel": "sandbox",
                "transaction_no": "PAY-1",
                "amount": "178.00",
                "refunded": "0.00",
                "charged_back": "0.00",
                "disputed": "0.00",
                "lost": "0.00",
                "paid_at": "2026-01-02T10:01:00+08:00",
                "shared_total": None,
                "purpose": "order",
                "purpose_label": "the order",
            }
        ]
        assert order["placed_at"] == "2026-01-02T10:00:00+08:00"
        assert order["window_open"] is True
        assert order["window_ends_at"] is None
        assert order["timeline"][0]["action"] == "create"
        assert order["parcels"] == []

    def test_the_same_again_and_another(self, world, api):
        first = post(api("oms"), "orders/", BODY).json()
        again = post(api("oms"), "orders/", BODY)
        assert again.status_code == 200
        assert again.json()["lines"] == first["lines"]
        # The same amounts in another spelling are the same content.
        assert (
            post(api("oms"), "orders/", BODY | {"freight": "10", "placed_at": "2026-01-02T02:00:00Z"}).status_code
            == 200
        )
        other = post(api("oms"), "orders/", BODY | {"coupons": ["TEN"]})
        assert (other.status_code, other.json()["code"]) == (409, "conflict")

    def test_unknown_fields_are_ignored(self, world, api):
        assert post(api("oms"), "orders/", BODY | {"colour": "red"}).status_code == 201

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"order_no": ""}, "order_no"),
            ({"order_no": "A\x00B"}, "order_no"),
            ({"order_no": "A/B"}, "order_no"),
            ({"order_no": "x" * 65}, "order_no"),
            ({"shop": "nowhere"}, "shop"),
            ({"currency": "yuan"}, "currency"),
            ({"freight": "-1.00"}, "freight"),
            ({"freight": "1.001"}, "freight"),
            ({"freight": "１.00"}, "freight"),
            ({"freight": "1e3"}, "freight"),
            ({"freight": 10}, "freight"),
            ({"freight": "12345678901.00"}, "freight"),
            ({"freight": "10.00\n"}, "freight"),
            ({"placed_at": "yesterday"}, "placed_at"),
            ({"placed_at": "0001-01-01T00:00:00Z"}, "placed_at"),
            ({"lines": []}, "lines"),
            ({"lines": "all"}, "lines"),
            ({"lines": [{**BODY["lines"][0], "quantity": 0}]}, "lines[0].quantity"),
            ({"lines": [{**BODY["lines"][0], "quantity": 10**12}]}, "lines[0].quantity"),
            ({"lines": [{**BODY["lines"][0], "quantity": True}]}, "lines[0].quantity"),
            ({"lines": [{**BODY["lines"][0], "image_url": "javascript:alert(1)"}]}, "lines[0].image_url"),
            ({"payments": [{**BODY["payments"][0], "amount": "177.99"}]}, "payments"),
            ({"points_used": -1}, "points_used"),
            ({"coupons": ["x" * 65]}, "coupons[0]"),
            ({"receiver": {"name": "x" * 121}}, "receiver.name"),
        ],
    )
    def test_malformed(self, world, api, change, field):
        answer = post(api("oms"), "orders/", BODY | change)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
        assert list(answer.json()["errors"]) == [field], answer.content

    @pytest.mark.parametrize("body", [[], "text", 3, None])
    def test_a_body_that_is_no_object(self, world, api, body):
        answer = api("oms").post("/api/v1/orders/", body, format="json")
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        ("who", "status"), [("mei", 201), ("wen", 403), ("alice", 403), ("rui", 403), ("sun", 403), ("", 401)]
    )
    def test_who_may(self, world, api, who, status):
        world.sku("TEE-RED-M")
        # People bring orders without payments.
        assert post(api(who), "orders/", {**BODY, "payments": []}).status_code == status

    def test_statements(self, world, api, django_assert_max_num_queries):
        client = api("oms")
        with django_assert_max_num_queries(24):
            assert post(client, "orders/", BODY).status_code == 201


class TestList:
    def numbers(self, client, query=""):
        answer = client.get(f"/api/v1/orders/?{query}")
        assert answer.status_code == 200, answer.content
        return [order["order_no"] for order in answer.json()["results"]]

    def test_everybody_sees_their_own(self, world, api):
        world.place_order(order_no="A")
        world.place_order(order_no="B", buyer="bob", shop=world.harbor)
        expected = {"alice": ["A"], "bob": ["B"], "mei": ["A"], "wen": ["A"], "rui": ["B"], "eve": []}
        expected |= {"oms": ["B", "A"], "sun": ["B", "A"], "song": ["B", "A"]}
        assert {who: self.numbers(api(who)) for who in expected} == expected

    def test_filters(self, world, api):
        world.place_order(order_no="E-1", placed_at=World.now.replace(day=1, hour=0))
        world.place_order(order_no="E-2", placed_at=World.now.replace(day=2, hour=0), paid=False)
        world.place_order(order_no="F-3", placed_at=World.now.replace(day=2, hour=23), shop=world.harbor)
        client = api("oms")
        assert self.numbers(client, "status=pending_payment") == ["E-2"]
        assert self.numbers(client, "shop=harbor") == ["F-3"]
        assert self.numbers(client, "shop=nowhere") == []
        assert self.numbers(client, "search=e-") == ["E-2", "E-1"]
        assert self.numbers(client, "created_after=2026-03-02") == ["F-3", "E-2"]
        assert self.numbers(client, "created_before=2026-03-01") == ["E-1"]
        assert self.numbers(client, "created_before=2026-03-02") == ["F-3", "E-2", "E-1"]
        assert self.numbers(client, "created_before=2026-03-02T00:00:00+08:00") == ["E-1"]
        assert self.numbers(client, "created_after=2026-03-01T16:00:00Z") == ["F-3", "E-2"]

    @pytest.mark.parametrize(
        "query",
        [
            "status=lost",
            "created_after=soon",
            "created_before=2026-13-01",
            "created_after=0001-01-01",
            "search=%00",
            "page_size=0",
            "page_size=x",
            "cursor=x",
        ],
    )
    def test_malformed_filters(self, world, api, query):
        answer = api("alice").get(f"/api/v1/orders/?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    def test_pages(self, world, api):
        for _ in range(5):
            world.place_order()  # all at the same moment: the id decides
        client, seen = api("alice"), []
        page = client.get("/api/v1/orders/?page_size=2").json()
        assert page["previous"] is None
        while True:
            seen += [order["order_no"] for order in page["results"]]
            if not page["next"]:
                break
            page = client.get(page["next"]).json()
        assert seen == self.numbers(client)
        assert len(set(seen)) == 5
        back = client.get(client.get(page["previous"]).json()["previous"]).json()
        assert [order["order_no"] for order in back["results"]] == seen[:2]

    @pytest.mark.parametrize(("who", "most"), [("alice", 4), ("oms", 4), ("sun", 4)])
    def test_statements(self, world, api, django_assert_max_num_queries, who, most):
        for _ in range(3):
            world.place_order(lines=[("A", "1.00", 1), ("B", "1.00", 1)])
        client = api(who)
        with django_assert_max_num_queries(most):
            assert len(client.get("/api/v1/orders/").json()["results"]) == 3

    def test_without_login(self, world, api):
        answer = api("").get("/api/v1/orders/")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer["WWW-Authenticate"] == "Token"


class TestDetail:
    def test_statements(self, world, api, django_assert_max_num_queries):
        order = world.shipped()
        client = api("alice")
        with django_assert_max_num_queries(11):
            assert client.get(f"/api/v1/orders/{order.order_no}/").status_code == 200

    @pytest.mark.parametrize(
        ("who", "status"), [("bob", 404), ("eve", 404), ("rui", 404), ("", 401), ("sun", 200), ("wen", 200)]
    )
    def test_strangers_find_nothing(self, world, api, who, status):
        order = world.place_order()
        assert api(who).get(f"/api/v1/orders/{order.order_no}/").status_code == status

    @pytest.mark.parametrize("number", ["nothing", "%00", "x" * 300, "%F0%9F%9A%80"])
    def test_numbers_that_are_not_there(self, world, api, number):
        assert api("alice").get(f"/api/v1/orders/{number}/").status_code == 404

    def test_labels_follow_the_reader(self, world, api):
        order = world.place_order()
        answer = api("alice").get(f"/api/v1/orders/{order.order_no}/", headers={"accept-language": "zh-hans"})
        assert answer["Content-Language"] == "zh-hans"

    def test_what_each_may_do(self, world, api):
        order = world.place_order()

        def actions(who):
            return api(who).get(f"/api/v1/orders/{order.order_no}/").json()["allowed_actions"]

        assert actions("alice") == []
        assert actions("mei") == ["pack", "ship", "receiver"]
        assert actions("sun") == ["reopen-window"]
        world.ship(order)
        assert actions("alice") == ["extend-receipt", "confirm-receipt"]
        assert actions("mei") == ["deliver", "extend-receipt", "receiver"]
        assert actions("sun") == ["extend-receipt", "reopen-window"]


class TestVerbs:
    """One good call each, and who may not; the rules themselves are tested on the services."""

    def test_pay(self, world, api):
        order = world.place_order(order_no="E", paid=False)
        body = {"channel": "sandbox", "transaction_no": "P", "amount": "198.00"}
        assert post(api("alice"), "orders/E/pay/", body).status_code == 403
        assert post(api("mei"), "orders/E/pay/", {}).status_code == 403
        assert post(api("oms"), "orders/E/pay/", body | {"amount": "197.00"}).status_code == 400
        answer = post(api("oms"), "orders/E/pay/", body)
        assert (answer.status_code, answer.json()["status"]) == (200, "paid")
        again = post(api("oms"), "orders/E/pay/", body)
        assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
        assert again.json()["details"]["status"] == "paid"
        assert "ship" in again.json()["details"]["allowed"]
        assert order.payments.count() == 1

    def test_pack(self, world, api):
        world.place_order(order_no="E")
        assert post(api("alice"), "orders/E/pack/").status_code == 403
        answer = post(api("mei"), "orders/E/pack/")
        assert (answer.status_code, answer.json()["fulfilment"]) == (200, "packed")
        assert post(api("mei"), "orders/E/pack/").status_code == 409

    def test_deliver(self, world, api):
        world.shipped(order_no="E")
        assert post(api("alice"), "orders/E/deliver/").status_code == 403
        assert post(api("oms"), "orders/E/deliver/", {"delivered_at": "2999-01-01T00:00:00Z"}).status_code == 400
        assert post(api("oms"), "orders/E/deliver/", {"delivered_at": "2190-01-01T00:00:00Z"}).status_code == 400
        assert post(api("oms"), "orders/E/deliver/", {"delivered_at": "2001-01-01T00:00:00Z"}).status_code == 400
        answer = post(api("oms"), "orders/E/deliver/", {"delivered_at": "2026-03-02T12:00:00+08:00"})
        assert answer.json()["delivered_at"] == "2026-03-02T12:00:00+08:00"
        assert answer.json()["fulfilment"] == "delivered"

    def test_confirm_receipt(self, world, api):
        world.shipped(order_no="E")
        world.password("alice")
        wrong = post(api("alice"), "orders/E/confirm-receipt/", {"password": "guess"})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["password"])
        assert post(api("mei"), "orders/E/confirm-receipt/", {"password": PASSWORD}).status_code == 403
        answer = post(api("alice"), "orders/E/confirm-receipt/", {"password": PASSWORD})
        assert answer.json()["status"] == "completed"
        assert answer.json()["window_ends_at"] is not None

    def test_guessing_at_the_password_locks(self, world, api, settings):
        world.shipped(order_no="E")
        world.password("alice")
        for _ in range(settings.AXES_FAILURE_LIMIT):
            answer = post(api("alice"), "orders/E/confirm-receipt/", {"password": "guess"})
        assert answer.status_code == 429
        assert post(api("alice"), "orders/E/confirm-receipt/", {"password": PASSWORD}).status_code == 429
        assert Order.objects.get(order_no="E").status == "shipped"

    def test_extend_receipt(self, world, api):
        world.shipped(order_no="E")
        assert post(api("oms"), "orders/E/extend-receipt/", {"days": 3}).status_code == 403
        assert post(api("alice"), "orders/E/extend-receipt/", {"days": 11}).status_code == 400
        assert post(api("alice"), "orders/E/extend-receipt/", {"days": 10, "reason": "on holiday"}).status_code == 200
        assert post(api("alice"), "orders/E/extend-receipt/", {"days": 1}).status_code == 409
        assert post(api("mei"), "orders/E/extend-receipt/", {"days": 20}).status_code == 200

    def test_reopen_window(self, world, api):
        world.completed(order_no="E")
        assert post(api("mei"), "orders/E/reopen-window/").status_code == 403
        assert post(api("sun"), "orders/E/reopen-window/", {"days": 3}).status_code == 400
        answer = post(api("sun"), "orders/E/reopen-window/", {"days": 3, "reason": "by mistake"})
        assert answer.status_code == 200
        assert answer.json()["window_open"] is True
        assert answer.json()["notes"] == 1

    def test_close(self, world, api):
        world.place_order(order_no="E", paid=False)
        assert post(api("alice"), "orders/E/close/").status_code == 403
        answer = post(api("mei"), "orders/E/close/", {"reason": "never paid"})
        assert (answer.json()["status"], answer.json()["close_reason"]) == ("closed", "never paid")

    def test_notes(self, world, api):
        world.place_order(order_no="E")
        assert post(api("oms"), "orders/E/notes/", {"text": "x"}).status_code == 403
        for who, flag in (("alice", "none"), ("mei", "blue"), ("sun", "red")):
            answer = post(api(who), "orders/E/notes/", {"text": f"by {who}", "flag": flag})
            assert answer.status_code == 201
        assert post(api("mei"), "orders/E/notes/", {"text": "x", "flag": "pink"}).status_code == 400
        assert post(api("mei"), "orders/E/notes/", {"text": "x" * 501}).status_code == 400
        page = api("alice").get("/api/v1/orders/E/notes/?page_size=2").json()
        assert [(note["text"], note["flag"], note["author"]["kind"]) for note in page["results"]] == [
            ("by alice", "none", "buyer"),
            ("by mei", "blue", "merchant"),
        ]
        assert [note["text"] for note in api("alice").get(page["next"]).json()["results"]] == ["by sun"]

    @pytest.mark.parametrize(
        "verb", ["pay", "pack", "deliver", "confirm-receipt", "extend-receipt", "reopen-window", "close", "notes"]
    )
    @pytest.mark.parametrize(("who", "status"), [("eve", 404), ("rui", 404), ("", 401)])
    def test_strangers_find_nothing(self, world, api, verb, who, status):
        world.place_order(order_no="E")
        assert post(api(who), f"orders/E/{verb}/").status_code == status
        assert api(who).get(f"/api/v1/orders/E/{verb}/").status_code in (status, 405)

    def test_statements(self, world, api, django_assert_max_num_queries):
        world.place_order(order_no="E")
        client = api("mei")
        with django_assert_max_num_queries(14):
            assert post(client, "orders/E/pack/").status_code == 200


class TestGoods:
    BODY = {"title": "T-shirt", "spec": "Red", "category": "apparel", "price": "99.00", "warranty_days": 365}

    def test_put_and_get(self, world, api):
        client = api("mei")
        made = client.put("/api/v1/skus/TEE/?shop=lantern", self.BODY)
        assert made.status_code == 201
        changed = client.put("/api/v1/skus/TEE/?shop=lantern", {"price": "89.00", "virtual": True})
        assert changed.status_code == 200
        expected = self.BODY | {"sku": "TEE", "shop": "lantern", "price": "89.00", "virtual": True, "image_url": ""}
        expected |= {"exchange_excluded": False, "no_reason_exempt": False, "product": "", "currency": "CNY"}
        expected |= {"title_en": "", "spec_en": ""}
        assert client.get("/api/v1/skus/TEE/?shop=lantern").json() == expected

    def test_product_and_currency(self, world, api):
        client, path = api("oms"), "/api/v1/skus/TEE/?shop=lantern"
        made = client.put(path, {"product": "T-shirt", "currency": "JPY", "price": "900"}).json()
        assert (made["product"], made["currency"], made["price"]) == ("T-shirt", "JPY", "900")
        for body in ({"price": "900.50"}, {"currency": "KWD"}, {"currency": "yen"}):
            assert client.put(path, body).status_code == 400
        assert client.get(path).json() == made

    def test_stock(self, world, api):
        world.sku("TEE")
        client = api("oms")
        path = "/api/v1/skus/TEE/stock/?shop=lantern"
        assert client.get(path).json() == {"on_hand": 0, "reserved": 0, "available": 0, "resellable": 0}
        full = {"on_hand": 5, "reserved": 0, "available": 5, "resellable": 3}
        assert client.put(path, {"on_hand": 5, "resellable": 3}).json() == full
        assert client.put(path, {"on_hand": 5}).json() == full  # left out: as it is
        assert client.get(path).json()["on_hand"] == 5
        assert client.put(path, {"on_hand": -1}).status_code == 400

    @pytest.mark.parametrize("path", ["skus/TEE/", "skus/TEE/stock/"])
    @pytest.mark.parametrize(
        ("who", "get", "put"),
        [("wen", 200, 403), ("sun", 200, 403), ("alice", 404, 404), ("rui", 404, 404), ("", 401, 401)],
    )
    def test_who_may(self, world, api, path, who, get, put):
        world.sku("TEE")
        assert api(who).get(f"/api/v1/{path}?shop=lantern").status_code == get
        assert api(who).put(f"/api/v1/{path}?shop=lantern", {"on_hand": 1}).status_code == put

    def test_which_shop(self, world, api):
        world.sku("TEE")
        assert api("mei").get("/api/v1/skus/TEE/").status_code == 400
        assert api("eve").get("/api/v1/skus/TEE/").status_code == 404
        assert api("mei").get("/api/v1/skus/TEE/?shop=%00").status_code == 404
        assert api("mei").get("/api/v1/skus/NONE/?shop=lantern").status_code == 404


class TestShops:
    def test_contact_and_faq(self, world, api):
        Faq.objects.create(shop=world.lantern, question="When?", answer="Soon.")
        shop = api("alice").get("/api/v1/shops/lantern/").json()
        assert shop["faq"] == [{"question": "When?", "answer": "Soon."}]
        assert api("alice").get("/api/v1/shops/lantern/faq/").json() == shop["faq"]
        assert api("alice").get("/api/v1/shops/nowhere/").status_code == 404
        assert api("").get("/api/v1/shops/lantern/").status_code == 401


class TestToken:
    def test_right_and_wrong(self, world, api):
        world.password("alice")
        answer = post(api(""), "auth/token/", {"username": "alice", "password": PASSWORD})
        assert answer.status_code == 200
        token = answer.json()["token"]
        listed = api("").get("/api/v1/orders/", headers={"authorization": f"Token {token}"})
        assert listed.status_code == 200
        again = post(api(""), "auth/token/", {"username": "alice", "password": PASSWORD})
        assert again.json()["token"] != token
        wrong = post(api(""), "auth/token/", {"username": "alice", "password": "guess"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")
        assert "password" in wrong.json()["errors"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"username": "alice"},
            {"username": "a\x00", "password": "x"},
            {"username": "a" * 151, "password": "x"},
            {"username": 1, "password": "x"},
        ],
    )
    def test_malformed(self, world, api, body):
        assert post(api(""), "auth/token/", body).status_code == 400

    def test_an_inactive_user_gets_none(self, world, api):
        world.alice.is_active = False
        world.alice.save()
        world.password("alice")
        assert post(api(""), "auth/token/", {"username": "alice", "password": PASSWORD}).status_code == 400

    @pytest.mark.parametrize("key", ["", "k-1"])
    def test_lockout(self, world, api, settings, key):
        world.password("alice")
        headers = {"headers": {"idempotency-key": key}} if key else {}
        for _ in range(settings.AXES_FAILURE_LIMIT):
            answer = post(api(""), "auth/token/", {"username": "alice", "password": "guess"}, **headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert answer["Retry-After"]
        right = post(api(""), "auth/token/", {"username": "alice", "password": PASSWORD})
        assert right.status_code == 429
        # Another name from the same address is not locked.
        world.password("bob")
        assert post(api(""), "auth/token/", {"username": "bob", "password": PASSWORD}).status_code == 200

    def test_a_success_forgets_the_failures(self, world, api, settings):
        world.password("alice")
        for _ in range(2):
            for _ in range(settings.AXES_FAILURE_LIMIT - 1):
                post(api(""), "auth/token/", {"username": "alice", "password": "guess"})
            assert post(api(""), "auth/token/", {"username": "alice", "password": PASSWORD}).status_code == 200
