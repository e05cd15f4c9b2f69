"""`Idempotency-Key` (contract §4), through an endpoint that creates a row each time: a remark on an order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from kernel import idempotency
from kernel.jobs import job
from kernel.models import IdempotencyKey
from tests.fixtures import authorization
from tests.world import World

PATH = "/api/v1/orders/E/notes/"


def note(client, key="K", text="hello", path=PATH, **body):
    headers = {"idempotency-key": key} if key is not None else {}
    return client.post(path, {"text": text, **body}, headers=headers)


@pytest.fixture
def order(world):
    return world.place_order(order_no="E")


def test_the_first_answer_again(api, order):
    first, again = note(api("mei")), note(api("mei"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert order.notes.count() == 1


def test_without_a_key_twice_is_twice(api, order):
    note(api("mei"), None)
    note(api("mei"), None)
    assert order.notes.count() == 2


def test_another_body_or_another_path(api, world, order):
    world.place_order(order_no="F")
    note(api("mei"))
    for other in (note(api("mei"), text="other"), note(api("mei"), path="/api/v1/orders/F/notes/")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert order.notes.count() == 1


def test_each_user_has_their_own_keys(api, order):
    assert note(api("mei")).json()["id"] != note(api("alice")).json()["id"]


@pytest.mark.parametrize("key", ["x" * 255, "a b", "é"])
def test_good_keys(api, order, key):
    assert note(api("mei"), key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_bad_keys(api, order, key):
    answer = note(api("mei"), key)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert order.notes.count() == 0


def test_a_refusal_of_the_input_is_kept(api, order):
    first, again = note(api("mei"), flag="pink"), note(api("mei"), flag="pink")
    assert (first.status_code, again.status_code) == (400, 400)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()


def test_a_conflict_is_not_kept(api, world, order):
    client, path = api("mei"), "/api/v1/orders/E/close/"
    assert client.post(path, {}, headers={"idempotency-key": "K"}).status_code == 409
    assert not IdempotencyKey.objects.exists()
    again = client.post(path, {}, headers={"idempotency-key": "K"})
    assert (again.status_code, "Idempotency-Replayed" in again) == (409, False)


def test_a_throttled_request_is_not_kept(api, order, monkeypatch):
    monkeypatch.setattr("web.api.throttles.Throttle.count", staticmethod(lambda key, duration: 10**9))
    answer = note(api("mei"))
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) >= 1
    assert not IdempotencyKey.objects.exists()


def test_a_refusal_at_the_door_of_the_machine_is_kept_and_leaves_nothing(api, world, order, monkeypatch):
    """`advance` marks the surrounding transaction as broken; the answer must be stored all the same."""
    from kernel.errors import Forbidden

    def refuse(*args: object, **facts: object) -> None:
        with transaction.atomic(savepoint=False):
            order.notes.create(text="x", author_kind="merchant", author_name="mei", at=world.now)
            raise Forbidden()

    monkeypatch.setattr("orders.services.add_note", refuse)
    first, again = note(api("mei")), note(api("mei"))
    assert (first.status_code, again.status_code) == (403, 403)
    assert again["Idempotency-Replayed"] == "true"
    assert order.notes.count() == 0


def test_after_a_day_the_key_is_free(api, order):
    note(api("mei"))
    old = timezone.now() - idempotency.RETENTION
    IdempotencyKey.objects.update(created_at=old + timedelta(minutes=1))
    assert note(api("mei"))["Idempotency-Replayed"] == "true"
    IdempotencyKey.objects.update(created_at=old - timedelta(seconds=1))
    assert "Idempotency-Replayed" not in note(api("mei"))
    assert order.notes.count() == 2


def test_old_keys_are_swept_away(api, order):
    note(api("mei"), "old")
    note(api("mei"), "new")
    now = timezone.now()
    IdempotencyKey.objects.filter(key="old").update(created_at=now - timedelta(hours=25))
    assert job("purge_idempotency").run(now, True).done == 1
    assert job("purge_idempotency").run(now, False).done == 1
    assert IdempotencyKey.objects.get().key == "new"


# --- whose answer it is ------------------------------------------------------------------------------------


def test_the_answer_has_the_shop_of_its_row(api, world, order):
    note(api("mei"), "1")
    note(api("alice"), "2")
    note(api("sun"), "3")
    note(api("mei"), "4", path="/api/v1/orders/none/notes/")
    keys = IdempotencyKey.objects.order_by("key").values_list("shop_id", "acted_as")
    assert list(keys) == [
        (world.lantern.pk, "merchant"), (world.lantern.pk, "buyer"), (world.lantern.pk, "support"), (None, "")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["mei", "wen", "sun"])
def test_who_may_no_longer_see_it_gets_no_answer_again(api, world, order, name):
    first = note(api(name))
    assert note(api(name))["Idempotency-Replayed"] == "true"
    world.users[name].memberships.all().delete()
    world.users[name].support_role = ""
    world.users[name].save()
    again = note(api(name))
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert "Idempotency-Replayed" not in again
    assert first.json()["text"] not in again.content.decode()
    assert order.notes.count() == 1


def test_an_integration_that_left_gets_no_answer_again(api, world, order):
    path = "/api/v1/orders/E/pack/"
    assert note(api("oms"), path=path).status_code == 200
    assert note(api("oms"), path=path)["Idempotency-Replayed"] == "true"
    world.oms.memberships.filter(shop=world.lantern).delete()
    assert note(api("oms"), path=path).status_code == 404


def test_another_role_still_sees_it_and_so_does_the_buyer(api, world, order):
    note(api("wen"))
    world.wen.memberships.update(role="manager")
    assert note(api("wen"))["Idempotency-Replayed"] == "true"
    note(api("alice"))
    assert note(api("alice"))["Idempotency-Replayed"] == "true"


def test_membership_in_another_shop_is_not_enough(api, world, order):
    note(api("wen"))
    world.wen.memberships.update(shop=world.harbor)
    assert note(api("wen")).status_code == 404


@pytest.mark.parametrize("facts", [{"shop_id": 1}, {"acted_as": "merchant"}, {"shop_id": 1, "acted_as": "stranger"}])
def test_the_database_keeps_shop_and_kind_together(db, facts):
    values = {"user_id": 1, "key": "K", "fingerprint": "", "status_code": 200, "created_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        IdempotencyKey.objects.create(**values, **facts)


def client_of(world: World, name: str) -> APIClient:
    client = APIClient(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=authorization(world.users[name]))
    return client


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_in_flight():
    world = World()
    order, client = world.place_order(order_no="E"), client_of(world, "mei")
    claimed, finish = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            idempotency.claim(world.mei.pk, "K", "print", timezone.now())
            claimed.set()
            finish.wait(60)
        connection.close()

    thread = Thread(target=first)
    thread.start()
    assert claimed.wait(60)
    answer = note(client)
    finish.set()
    thread.join(60)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
    assert answer["Retry-After"] == "1"
    assert note(client).status_code == 201
    assert order.notes.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one():
    world = World()
    order = world.place_order(order_no="E")
    clients = [client_of(world, "mei") for _ in range(20)]

    def send(client: APIClient) -> int:
        try:
            return note(client).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, clients))
    assert order.notes.count() == 1
    assert answers <= {201, 409}


@pytest.mark.django_db(transaction=True)
def test_a_fault_keeps_neither_effect_nor_answer(monkeypatch):
    world = World()
    order = world.place_order(order_no="E")
    monkeypatch.setattr("orders.api.orders.note_json", lambda note: 1 / 0)
    assert note(client_of(world, "mei")).status_code == 500
    assert order.notes.count() == 0
    assert not IdempotencyKey.objects.exists()
