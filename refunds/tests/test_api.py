"""The doors of refunds: who sees what, what is said, how many statements it takes."""

from typing import Any

import pytest
from django.utils import timezone

from refunds import services
from refunds.models import Refund, SandboxRefund
from tests.fixtures import Login
from tests.world import World

from .helpers import paid, reserve
from .test_retry import failed, unknown

ROOT = "/api/v1/refunds/"


@pytest.mark.parametrize("name", ["alice", "mei", "wen", "oms", "sun", "song"])
def test_those_whose_it_is_see_it(world: World, api: Login, name: str) -> None:
    refund = failed(world)
    answer = api(name).get(f"{ROOT}{refund.refund_no}/")
    assert answer.status_code == 200
    assert answer.json()["refund_no"] == refund.refund_no
    assert [row["refund_no"] for row in api(name).get(ROOT).json()["results"]] == [refund.refund_no]


@pytest.mark.parametrize("name", ["bob", "eve", "rui"])
@pytest.mark.parametrize("verb", ["", "retry/", "settle/", "call-off/"])
def test_strangers_find_nothing(world: World, api: Login, name: str, verb: str) -> None:
    address = f"{ROOT}{failed(world).refund_no}/{verb}"
    client = api(name)
    answer = client.post(address, {"proof": "x", "note": "x"}) if verb else client.get(address)
    assert answer.status_code == 404
    assert client.get(ROOT).json()["results"] == []


def test_without_login_nothing(world: World, api: Login) -> None:
    refund = failed(world)
    for address in (ROOT, f"{ROOT}{refund.refund_no}/"):
        assert api("").get(address).status_code == 401
    assert api("").post(f"{ROOT}{refund.refund_no}/retry/").status_code == 401


def test_a_refund_in_full(world: World, api: Login) -> None:
    order = paid(world, "PAY-1")
    refund = reserve(order, now=world.now)
    services.send(refund.pk, now=world.now)
    row = api("mei").get(f"{ROOT}{refund.refund_no}/").json()
    assert row == {
        "refund_no": refund.refund_no,
        "order_no": order.order_no,
        "status": "succeeded",
        "status_label": "succeeded",
        "amount": "60.00",
        "currency": "CNY",
        "channel": "sandbox",
        "channel_label": "test payment",
        "transaction_no": "PAY-1",
        "trace_no": f"SBT{SandboxRefund.objects.get().pk:08}",
        "received_account": "•••• AY-1",
        "expected_at": "2026-03-02T23:59:59+08:00",
        "failure_reason": "",
        "last_error": "",
        "attempts": 1,
        "next_attempt_at": None,
        "created_at": "2026-03-02T10:00:00+08:00",
        "returned_at": None,
        "settled_at": "2026-03-02T10:00:00+08:00",
        "retry_of": None,
        "proposed": False,
        "settled_by_hand": False,
        "on_hold": False,
        "call_off_proposed": False,
        "called_off_at": None,
        "charged_back": "0.00",
        "redirection": None,
        "redirected_to": "",
        "proof": "",
    }


def test_a_buyer_learns_no_internals(world: World, api: Login) -> None:
    refused, lost = failed(world), unknown(world)
    to_alice = api("alice").get(f"{ROOT}{refused.refund_no}/").json()
    to_mei = api("mei").get(f"{ROOT}{refused.refund_no}/").json()
    assert "test channel refuses" in to_mei["failure_reason"]
    assert "couldn't make this refund" in to_alice["failure_reason"]
    assert api("alice").get(f"{ROOT}{lost.refund_no}/").json()["last_error"] == ""
    assert "in time" in api("mei").get(f"{ROOT}{lost.refund_no}/").json()["last_error"]


def test_filters(world: World, api: Login) -> None:
    refused, lost = failed(world), unknown(world)
    client = api("mei")
    assert [r["refund_no"] for r in client.get(f"{ROOT}?status=failed").json()["results"]] == [refused.refund_no]
    number = lost.payment.order.order_no
    assert [r["refund_no"] for r in client.get(f"{ROOT}?order_no={number}").json()["results"]] == [lost.refund_no]
    assert client.get(f"{ROOT}?status=odd").json()["errors"].keys() == {"status"}
    assert client.get(f"{ROOT}?order_no=%00").status_code == 400
    assert client.get(f"{ROOT}%00/").status_code == 404


def test_pages(world: World, api: Login) -> None:
    order = paid(world, amount="100.00")
    numbers = [reserve(order, "1.00", now=world.now).refund_no for _ in range(5)]
    client, seen, address = api("mei"), [], f"{ROOT}?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [row["refund_no"] for row in page["results"]]
        address = page["next"]
    assert seen == numbers[::-1]


def test_retry_answers_the_new_refund(world: World, api: Login) -> None:
    old = failed(world)
    answer = api("mei").post(f"{ROOT}{old.refund_no}/retry/")
    assert answer.status_code == 200
    assert (answer.json()["retry_of"], answer.json()["status"]) == (old.refund_no, "pending")
    again = api("mei").post(f"{ROOT}{old.refund_no}/retry/")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_retry_with_a_key_is_one_refund(world: World, api: Login) -> None:
    old = failed(world)
    answers = [
        api("mei").post(f"{ROOT}{old.refund_no}/retry/", headers={"Idempotency-Key": "k"}).json()["refund_no"]
        for _ in range(3)
    ]
    assert len(set(answers)) == 1
    assert Refund.objects.count() == 2


@pytest.mark.parametrize("name", ["alice", "wen", "oms", "sun"])
def test_retry_is_for_leaders(world: World, api: Login, name: str) -> None:
    answer = api(name).post(f"{ROOT}{failed(world).refund_no}/retry/")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_settle_by_two(world: World, api: Login) -> None:
    address = f"{ROOT}{failed(world).refund_no}/settle/"
    assert api("mei").post(address, {}).json()["errors"].keys() == {"proof"}
    first = api("mei").post(address, {"proof": "slip 42", "note": "by phone"})
    assert (first.status_code, first.json()["proposed"], first.json()["status"]) == (200, True, "failed")
    same = api("mei").post(address, {"proof": "slip 42"})
    assert (same.status_code, same.json()["code"]) == (403, "forbidden")
    assert api("song").post(address, {"proof": "slip 42"}).json()["status"] == "succeeded"
    after = api("song").post(address, {"proof": "slip 42"})
    assert (after.status_code, after.json()["code"]) == (409, "illegal_transition")
    assert after.json()["details"]["status"] == "succeeded"


@pytest.mark.parametrize("body", [{"proof": 5}, {"proof": "a\x00b"}, {"proof": "x" * 241}, {"proof": ["x"]}, [1]])
def test_bad_input_is_400(world: World, api: Login, body: Any) -> None:
    answer = api("mei").post(f"{ROOT}{failed(world).refund_no}/settle/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_statements(world: World, api: Login, django_assert_max_num_queries: Any) -> None:
    order = paid(world, amount="100.00")
    refund, *_ = [reserve(order, "1.00", now=world.now) for _ in range(10)]
    client = api("mei")
    with django_assert_max_num_queries(3):
        client.get(ROOT)
    with django_assert_max_num_queries(3):
        client.get(f"{ROOT}{refund.refund_no}/")
    old = failed(world)
    with django_assert_max_num_queries(14):
        assert client.post(f"{ROOT}{old.refund_no}/retry/").status_code == 200


@pytest.mark.parametrize("verb", ["settle", "call-off", "redirect", "confirm-redirection"])
def test_what_is_refused_and_what_is_allowed_are_called_as_in_the_urls(
    world: World, api: Login, verb: str, django_assert_max_num_queries: Any
) -> None:
    """As `services.allowed_actions` says, which the desk reads too, and never by the names of the machine."""
    bodies: dict[str, dict[str, object]] = {
        "settle": {"proof": "T-1"}, "call-off": {"note": "Not there"}, "confirm-redirection": {"redirection": 1},
        "redirect": {"to": "merchant", "note": "By phone"},
    }  # fmt: skip
    refund = unknown(world) if verb == "settle" else failed(world)
    client = api("mei")
    with django_assert_max_num_queries(14):
        answer = client.post(f"{ROOT}{refund.refund_no}/{verb}/", bodies[verb]).json()
    assert (answer["code"], answer["details"]["verb"]) == ("illegal_transition", verb)
    actor = world.actor("mei")
    fresh = Refund.objects.get(pk=refund.pk)
    assert answer["details"]["allowed"] == services.allowed_actions(fresh, actor, now=timezone.now())
    assert set(answer["details"]["allowed"]) <= {"retry", "settle", "call-off", "redirect", "confirm-redirection"}
    assert verb in answer["message"]


def test_a_refusal_under_a_key_names_what_is_allowed_as_well(world: World, api: Login) -> None:
    url = f"{ROOT}{failed(world).refund_no}/call-off/"
    answer = api("mei").post(url, {"note": "Not there"}, headers={"Idempotency-Key": "K-1"})
    assert (answer.status_code, answer.json()["details"]["verb"]) == (409, "call-off")
    assert answer.json()["details"]["allowed"] == ["retry", "settle"]
