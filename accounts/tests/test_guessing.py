"""Guessing at passwords: who guesses is slowed down and locked out, who owns the name is not (docs/operations.md)."""

import time
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts.login import devices, guessing
from accounts.login.models import LoginTries
from tests.browser import text
from tests.world import PASSWORD, World

START = 1_800_000_000.0  # the first second of a minute
HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """What would have been waited for. Three wrong passwords are many."""
    settings.AXES_FAILURE_LIMIT = 3
    waited: list[float] = []
    monkeypatch.setattr(guessing.time, "sleep", waited.append)
    return waited


@pytest.fixture
def mei(world: World) -> World:
    world.password("mei")
    return world


def visitor(address: str = HERE) -> Client:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en"})


def page(client: Client, password: str = PASSWORD, name: str = "mei", **more: Any) -> Any:
    return client.post("/login/", {"username": name, "password": password}, **more)


def program(client: Client, password: str = PASSWORD, name: str = "mei", **more: Any) -> Any:
    body = {"username": name, "password": password}
    return client.post("/api/v1/auth/token/", body, content_type="application/json", **more)


def guess(times: int, *addresses: str) -> None:
    for address in addresses:
        for _ in range(times):
            page(visitor(address), "wrong")


@pytest.mark.parametrize("door", [page, program])
def test_a_stranger_behind_the_same_address_locks_nobody_out_of_a_browser_that_is_known(mei: World, door: Any) -> None:
    owner = visitor()
    assert page(owner).status_code == 302
    guess(4, HERE)
    assert door(visitor()).status_code == 429, "a new browser at this address"
    assert door(owner).status_code in (200, 302)
    assert door(visitor(THERE)).status_code in (200, 302)


def test_a_known_browser_is_counted_by_itself_wherever_it_is(mei: World) -> None:
    owner = visitor()
    page(owner)
    for address in (HERE, THERE, HERE):
        assert page(owner, "wrong", REMOTE_ADDR=address).status_code in (400, 429)
    assert page(owner, REMOTE_ADDR="10.0.0.9").status_code == 429
    assert page(visitor()).status_code == 302, "what it did wrong locks no other browser there"


def test_strangers_everywhere_wait_and_the_owner_does_not(mei: World, pauses: list[float]) -> None:
    owner = visitor()
    page(owner)
    guess(2, *(f"10.0.1.{n}" for n in range(5)))
    assert pauses == [0.25] * 5 + [0.5] * 2
    pauses.clear()
    assert page(owner).status_code == 302
    assert pauses == []
    assert page(visitor(THERE)).status_code == 302, "a new browser of the owner waits, and comes in"
    assert pauses == [0.5]


def test_the_wait_by_the_number_of_wrong_passwords() -> None:
    assert [guessing.delay(n) for n in (0, 2, 3, 7, 8, 13, 18, 1000)] == [0, 0, 0.25, 0.25, 0.5, 1, 2, 2]


@pytest.mark.parametrize("door", [page, program])
def test_one_waits_at_a_time_and_the_others_are_told_when_to_come_back(mei: World, door: Any) -> None:
    guess(2, "10.0.1.1", "10.0.1.2")
    with guessing._ONE_AT_A_TIME:
        told = door(visitor())
    assert (told.status_code, told["Retry-After"]) == (429, "3")
    assert "Try again in 3 seconds" in text(told)
    assert door(visitor()).status_code in (200, 302)


def test_names_that_nobody_has_are_answered_alike(mei: World, pauses: list[float]) -> None:
    for address in ("10.0.1.1", "10.0.1.2", "10.0.1.3"):
        for _ in range(2):
            page(visitor(address), "wrong", name="nobody")
    assert pauses == [0.25] * 3


def test_a_cookie_is_good_for_ones_own_name_only(mei: World) -> None:
    mei.password("bob")
    stranger = visitor()
    assert page(stranger, name="bob").status_code == 302
    assert not devices.place(_asked_by(stranger), "mei")
    assert devices.place(_asked_by(stranger), "bob")
    stranger.cookies[devices.COOKIE] = stranger.cookies[devices.COOKIE].value[:-1] + "x"
    assert not devices.place(_asked_by(stranger), "bob")


def _asked_by(client: Client) -> Any:
    return client.get("/login/").wsgi_request


def test_several_people_use_one_browser(mei: World) -> None:
    names = [f"clerk{n}" for n in range(devices.MAX_NAMES)]
    client = visitor()
    page(client)
    for name in names:
        mei.password("bob")
        mei.users["bob"].username = name
        mei.users["bob"].save()
        assert page(client, name=name).status_code == 302
    known = [name for name in ("mei", *names) if devices.place(_asked_by(client), name)]
    assert known == names, "the eldest one goes"
    assert len({devices.place(_asked_by(client), name) for name in names}) == 1
    cookie = client.cookies[devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert "clerk" not in cookie.value


@pytest.mark.parametrize("address", ["", "unix:", "not-an-address"])
def test_whoever_has_no_address_is_one_caller(mei: World, address: str) -> None:
    guess(3, address)
    assert page(visitor(address)).status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"0.0.0.0"}


class TestTries:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch, mei: World) -> None:
        self.at = START
        monkeypatch.setattr(time, "time", lambda: self.at)

    def test_sixty_a_minute_by_page_and_api_together(self) -> None:
        for n in range(30):
            assert page(visitor(), "wrong", name=f"a{n}").status_code == 400
            assert program(visitor(), "wrong", name=f"b{n}").status_code == 400
        for door in (page, program):
            told = door(visitor())
            assert (told.status_code, told["Retry-After"]) == (429, "61")
            assert door(visitor(THERE)).status_code in (200, 302)
        self.at = START + 59
        assert page(visitor()).status_code == 429
        self.at = START + 60
        assert page(visitor()).status_code == 302
        self.at = START + 61
        assert page(visitor()).status_code == 302

    def test_the_page_keeps_the_name_and_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        LoginTries.objects.create(address=HERE, window="2027-01-15T08:00:00Z", tries=60)
        told = page(visitor())
        assert told.status_code == 429
        assert 'value="mei"' in text(told)
        assert 'role="alert"' in text(told)
        assert "Wait 61 seconds" in text(told)

    def test_looking_at_the_page_is_no_try(self) -> None:
        for _ in range(3):
            visitor().get("/login/")
        assert not LoginTries.objects.exists()

    def test_addresses_are_forgotten_after_an_hour(self) -> None:
        for self.at, left in ((START, 1), (START + 3600, 2), (START + 3660, 2)):
            page(visitor())
            assert LoginTries.objects.count() == left


def test_the_desk_has_no_door_of_its_own(mei: World) -> None:
    answer = visitor().post("/admin/login/", {"username": "mei", "password": PASSWORD})
    assert answer["Location"].startswith("/login/")
    assert "sessionid" not in answer.cookies
