"""Tokens of the API (contract §4, Auth): hashed, expiring, ended by a logout and with what they were given for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.login import tokens
from accounts.models import Membership, Role, User
from accounts.services import remove_member, set_member
from kernel.actors import Actor
from tests.fixtures import Login
from tests.world import PASSWORD, World

ORDERS = "/api/v1/orders/"
AUTH = "/api/v1/auth/"


@pytest.fixture
def root(world: World) -> Actor:
    return Actor("support", "root", 0, "administrator")


def log_in(name: str) -> dict[str, str]:
    answer = APIClient().post(f"{AUTH}token/", {"username": name, "password": PASSWORD})
    assert answer.status_code == 200
    data: dict[str, str] = answer.json()
    return data


def status(token: str) -> int:
    answer = APIClient().get(ORDERS, headers={"authorization": f"Token {token}"})
    return int(answer.status_code)


def end(what: str, token: str) -> int:
    answer = APIClient().post(f"{AUTH}{what}/", {}, headers={"authorization": f"Token {token}"})
    return int(answer.status_code)


def test_it_is_shown_once_and_kept_hashed(world: World) -> None:
    world.password("alice")
    token = log_in("alice")["token"]
    row = AuthToken.objects.get(user=world.alice)
    assert token not in (row.digest, row.token_key)
    assert len(row.digest) == 128
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('authtoken_token')")
        assert cursor.fetchone() == (None,)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, 200), (0, 401), (1, 401)])
def test_it_expires(world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, expected: int) -> None:
    world.password("alice")
    data = log_in("alice")
    expires_at = datetime.fromisoformat(data["expires_at"])
    assert abs(expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    monkeypatch.setattr("web.api.authentication.timezone.now", lambda: expires_at + timedelta(seconds=seconds))
    assert status(data["token"]) == expected


def test_a_login_clears_the_expired_and_the_oldest(world: World) -> None:
    now = timezone.now()
    first = [tokens.issue(world.alice, now=now)[0] for _ in range(3)]
    AuthToken.objects.filter(token_key=first[0][:15]).update(expiry=now)
    assert tokens.issue(world.bob, now=now)
    tokens.issue(world.alice, now=now)
    assert not AuthToken.objects.filter(token_key=first[0][:15]).exists()
    for _ in range(tokens.MAX_TOKENS - 1):
        tokens.issue(world.alice, now=now)
    assert AuthToken.objects.filter(user=world.alice).count() == tokens.MAX_TOKENS
    assert (status(first[2]), AuthToken.objects.filter(user=world.bob).count()) == (401, 1)


def test_a_logout_ends_this_one_or_all(world: World) -> None:
    world.password("alice")
    world.password("bob")
    a, b, c, other = (log_in(name)["token"] for name in ("alice", "alice", "alice", "bob"))
    assert end("logout", a) == 204
    assert [status(token) for token in (a, b, c)] == [401, 200, 200]
    assert end("logout", a) == 401
    assert end("logout-all", b) == 204
    assert [status(token) for token in (a, b, c, other)] == [401, 401, 401, 200]


@pytest.mark.parametrize("what", ["logout", "logout-all"])
def test_a_logout_by_session_ends_the_session(world: World, what: str) -> None:
    client = Client()
    client.force_login(world.alice)
    token = tokens.issue(world.alice, now=timezone.now())[0]
    assert client.post(f"{AUTH}{what}/").status_code == 204
    assert client.get(ORDERS).status_code == 401
    assert status(token) == (401 if what == "logout-all" else 200)


def by_password(world: World, root: Actor) -> None:
    world.users["wen"].set_password("another-one-1")
    world.users["wen"].save(update_fields=["password"])


def by_statement(world: World, root: Actor) -> None:
    """The database ends them, so that no path around the services keeps one."""
    User.objects.filter(username="wen").update(password="!")


def by_switching_off(world: World, root: Actor) -> None:
    User.objects.filter(username="wen").update(is_active=False)
    User.objects.filter(username="wen").update(is_active=True)


def by_role(world: World, root: Actor) -> None:
    set_member(world.lantern, world.wen, role=Role.MANAGER, review_limit=None, actor=root, now=world.now)


def by_leaving(world: World, root: Actor) -> None:
    remove_member(Membership.objects.get(user=world.wen), actor=root, now=world.now)


def by_support(world: World, root: Actor) -> None:
    Membership.objects.filter(user=world.wen).delete()
    tokens.issue(world.wen, now=timezone.now())
    User.objects.filter(username="wen").update(support_role="agent")


@pytest.mark.parametrize("change", [by_password, by_statement, by_switching_off, by_role, by_leaving, by_support])
def test_it_ends_with_what_it_was_given_for(world: World, root: Actor, change: Callable[[World, Actor], None]) -> None:
    token = tokens.issue(world.wen, now=timezone.now())[0]
    other = tokens.issue(world.mei, now=timezone.now())[0]
    assert status(token) == 200
    change(world, root)
    assert not AuthToken.objects.filter(user=world.wen).exists()
    assert (status(token), status(other)) == (401, 200)


def test_what_is_no_change_of_them_keeps_it(world: World) -> None:
    token = tokens.issue(world.wen, now=timezone.now())[0]
    world.wen.phone = "1"
    world.wen.save()
    Membership.objects.filter(user=world.wen).update(review_limit=1)
    assert status(token) == 200


@pytest.mark.parametrize("header", [b"Token \xff\xfe", b"Token x", b"Token", b"Token a b", b"Token " + b"\x00" * 64])
def test_what_is_no_token_is_refused(world: World, header: bytes) -> None:
    answer = APIClient(raise_request_exception=False).get(ORDERS, HTTP_AUTHORIZATION=header.decode("latin-1"))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_checking_it_costs_one_statement(
    world: World, api: Login, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tokens.issue(world.alice, now=timezone.now())
    client = api("alice")
    with django_assert_num_queries(2):
        assert client.get("/api/v1/shops/none/").status_code == 404
