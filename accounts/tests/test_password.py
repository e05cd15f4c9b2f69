"""One's own password, on the storefront and at the desk."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.login import tokens
from tests.browser import Sit, text
from tests.world import PASSWORD, World

NEW = "paper-lantern-77"
PAGES = ["/account/password/", "/admin/password_change/"]


def logged_in(world: World, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def typed(old: str = PASSWORD, new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again}


@pytest.mark.parametrize("address", PAGES)
def test_it_is_changed_and_everything_else_is_logged_out(world: World, address: str) -> None:
    world.password("mei")
    here, elsewhere = logged_in(world, "mei"), logged_in(world, "mei")
    token = tokens.issue(world.mei, now=timezone.now())[0]
    done = here.post(address, typed(), follow=True)
    assert "Your password was changed." in text(done)
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert Client().get("/api/v1/orders/", headers={"authorization": f"Token {token}"}).status_code == 401
    assert Client().post("/login/", {"username": "mei", "password": NEW}).status_code == 302


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("data", "field"),
    [
        (typed(old="guess"), "old_password"),
        (typed(again="other-lantern-77"), "new_password2"),
        (typed(new="short", again="short"), "new_password2"),
        ({}, "old_password"),
        (typed(old="a\x00b"), "old_password"),
    ],
)
def test_it_is_refused_at_the_field(world: World, address: str, data: dict[str, str], field: str) -> None:
    world.password("mei")
    answer = logged_in(world, "mei").post(address, data)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert f'id="id_{field}' in text(answer)


@pytest.mark.parametrize("address", PAGES)
def test_guessing_is_locked_out(world: World, address: str, settings: pytest.MonkeyPatch) -> None:
    world.password("mei")
    client = logged_in(world, "mei")
    answers = [client.post(address, typed(old="guess")).status_code for _ in range(10)]
    assert (answers[0], answers[-1]) == (400, 429)
    assert client.post(address, typed()).status_code in (400, 429)


def test_both_pages_ask_for_a_login(world: World, sit: Sit) -> None:
    for address in PAGES:
        assert Client().get(address).status_code == 302
    assert sit("alice").get(PAGES[0]).status_code == 200
    assert sit("alice").get(PAGES[1]).status_code == 404
    assert 'href="/account/password/"' in text(_with_password(world, sit).get("/account/"))


def _with_password(world: World, sit: Sit) -> Client:
    world.password("alice")
    return sit("alice")
