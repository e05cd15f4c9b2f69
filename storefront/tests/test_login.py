"""The login page: what it shows to whom. Where people land is tested in accounts/tests/test_login.py."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.login.demo_accounts import LOGINS, PASSWORD
from tests.browser import Sit, text
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Client:
    return Client(headers={"accept-language": "en"})


def test_language_and_theme_are_within_reach(people: Client) -> None:
    page = text(people.get("/login/"))
    assert 'action="/i18n/setlang/"' in page
    assert 'action="/theme/"' in page
    assert 'href="/help/"' in page


def test_what_only_a_script_can_do_is_hidden_until_it_runs(people: Client) -> None:
    page = text(people.get("/login/"))
    assert re.search(r'data-reveal="id_password"[^>]* hidden>', page)
    assert re.search(r'data-caps="id_password"[^>]* hidden>', page)


def test_a_wrong_password_keeps_name_and_way(world: World, people: Client) -> None:
    answer = people.post("/login/", {"username": "alice", "password": "wrong", "next": "/orders/?tab=paid"})
    assert answer.status_code == 400
    assert 'value="alice"' in text(answer)
    assert 'name="next" value="/orders/?tab=paid"' in text(answer)
    assert "Wrong user name or password." in text(answer)
    assert "wrong" not in re.sub(r"is wrong", "", text(answer))


def test_nothing_typed_is_said_in_a_sentence(people: Client) -> None:
    answer = people.post("/login/", {"username": "", "password": ""})
    assert answer.status_code == 400
    assert "Enter your user name and your password." in text(answer)


def test_who_is_logged_in_already_sees_it(world: World, sit: Sit) -> None:
    assert "You're already logged in as alice." in text(sit("alice").get("/login/"))
    page = text(sit("alice").get("/login/?next=/admin/"))
    assert "You're logged in as alice, who doesn't have access to that page." in page


def test_too_many_guesses(world: World, people: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 1
    people.post("/login/", {"username": "alice", "password": "wrong"})
    answer = people.post("/login/", {"username": "alice", "password": "wrong"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes" in text(answer)
    assert "restarts the wait" in text(answer)


class TestAccountsOfTheDemo:
    def test_are_shown_on_a_developers_machine(self, world: World, people: Client, settings: Any) -> None:
        settings.DEBUG = True
        page = text(people.get("/login/"))
        assert PASSWORD in page
        assert 'data-login="alice"' in page
        assert 'data-login="root"' not in page, "who is not there is not offered"

    def test_and_nowhere_else(self, world: World, people: Client) -> None:
        page = text(people.get("/login/"))
        assert PASSWORD not in page
        assert "data-login" not in page

    def test_are_those_that_the_demo_makes(self) -> None:
        from demo.people import USERS

        assert {login.name for login in LOGINS} == set(USERS) - {"oms"}
