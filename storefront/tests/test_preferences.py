"""Light or dark, and the language: a choice kept in a cookie, back to where one was."""

import pytest
from django.test import Client

from tests.browser import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_a_choice_is_kept_and_printed(people: Client, wanted: str) -> None:
    answer = people.post("/theme/", {"theme": wanted, "next": "/help/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help/")
    assert answer.cookies["theme"]["httponly"]
    page = text(people.get("/help/"))
    assert f'data-theme="{wanted}"' in page
    assert f'name="color-scheme" content="{wanted}"' in page
    assert page.count('name="theme-color"') == 1


def test_as_the_device_says_until_then_and_after(people: Client) -> None:
    for _ in range(2):
        page = text(people.get("/help/"))
        assert "data-theme" not in page
        assert page.count('name="theme-color"') == 2
        people.post("/theme/", {"theme": "dark"})
        people.post("/theme/", {"theme": ""})


@pytest.mark.parametrize("theme", ["neon", '"><script>'])
def test_any_other_word_is_no_choice(people: Client, theme: str) -> None:
    people.post("/theme/", {"theme": theme})
    assert "data-theme" not in text(people.get("/help/"))
    people.cookies["theme"] = theme
    assert "data-theme" not in text(people.get("/help/"))


@pytest.mark.parametrize("way", ["https://elsewhere.example/", "//elsewhere.example/", "", "javascript:alert(1)"])
def test_no_way_leads_elsewhere(people: Client, way: str) -> None:
    assert people.post("/theme/", {"theme": "dark", "next": way}).headers["Location"] == "/"
    assert "elsewhere" not in people.post("/i18n/setlang/", {"language": "en", "next": way}).headers["Location"]


def test_only_a_post_changes_something(people: Client) -> None:
    assert people.get("/theme/?theme=dark").status_code == 405


def test_the_language_goes_back_to_the_page_with_its_query(people: Client) -> None:
    assert 'name="next" value="/login/?next=/orders/"' in text(people.get("/login/?next=/orders/"))
    people.post("/i18n/setlang/", {"language": "zh-hans", "next": "/login/?next=/orders/"})
    assert '<html lang="zh-hans"' in text(people.get("/login/"))
