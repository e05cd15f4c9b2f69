"""One door for all: staff land at the desk, buyers at home."""

import pytest
from django.test import Client

from tests.browser import Sit, text
from tests.world import PASSWORD, World


def log_in(name: str, query: str = "", password: str = PASSWORD) -> tuple[int, str]:
    response = Client().post(f"/login/{query}", {"username": name, "password": password})
    return response.status_code, response.headers.get("Location", "")


LANDINGS = [("mei", "/admin/"), ("wen", "/admin/"), ("sun", "/admin/"), ("alice", "/"), ("oms", "/")]


@pytest.mark.parametrize(("name", "lands"), LANDINGS)
def test_where_people_land(world: World, name: str, lands: str) -> None:
    world.password(name)
    assert log_in(name) == (302, lands)


def test_the_way_that_was_wanted(world: World) -> None:
    world.password("mei")
    world.password("alice")
    assert log_in("mei", "?next=/admin/orders/order/") == (302, "/admin/orders/order/")
    assert log_in("mei", "?next=/help/") == (302, "/help/")
    assert log_in("alice", "?next=/admin/orders/order/") == (302, "/")
    assert log_in("mei", "?next=https://elsewhere.example/") == (302, "/admin/")


def test_a_wrong_password_keeps_the_name(world: World) -> None:
    world.password("mei")
    response = Client(headers={"accept-language": "en"}).post("/login/", {"username": "mei", "password": "wrong"})
    assert response.status_code == 400
    assert 'value="mei"' in text(response)
    assert 'role="alert"' in text(response)


def test_too_many_guesses_lock_and_say_so(world: World, settings: object) -> None:
    settings.AXES_FAILURE_LIMIT = 2  # type: ignore[attr-defined]
    world.password("mei")
    log_in("mei", password="wrong")
    log_in("mei", password="wrong")
    response = Client(headers={"accept-language": "en"}).post("/login/", {"username": "mei", "password": PASSWORD})
    assert response.status_code == 429
    assert "Too many failed logins" in text(response)


def test_home_and_help(world: World, sit: Sit) -> None:
    assert Client().get("/").headers["Location"] == "/login/?next=/"
    assert "Go to the desk" not in text(sit("alice").get("/"))
    assert "Go to the desk" in text(sit("mei").get("/"))
    assert Client().get("/help/").status_code == 200


def test_logout_is_a_post(world: World, sit: Sit) -> None:
    client = sit("mei")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/admin/").status_code == 302
    client = sit("mei")
    assert client.post("/admin/logout/").headers["Location"] == "/login/"
    assert client.get("/admin/").status_code == 302


def test_the_switch_goes_before_the_browser(world: World) -> None:
    client = Client(headers={"accept-language": "en"})
    assert "User name" in text(client.get("/login/"))
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/login/"})
    assert '<html lang="zh-hans"' in text(client.get("/login/"))
    assert Client(headers={"accept-language": "fr"}).get("/login/").headers["Content-Language"] == "zh-hans"
