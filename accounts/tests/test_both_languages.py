"""A shop's name and FAQ are kept in Chinese and in English (S-122): each reader gets their own, else the other."""

from typing import Any

import pytest
from django.utils import translation

from accounts.access import questions
from accounts.models import Faq, Shop
from kernel.languages import pick, picked
from tests.world import World

FAQ = {
    "question": "多久到账？",
    "question_en": "When do I get my money?",
    "answer": "当天。",
    "answer_en": "The same day.",
}
READERS = [
    ("en", "Lantern Home", "When do I get my money?", "The same day."),
    ("zh-hans", "灯笼", "多久到账？", "当天。"),
]


@pytest.fixture
def both(world: World) -> World:
    Shop.objects.filter(pk=world.lantern.pk).update(name="灯笼", name_en="Lantern Home")
    Faq.objects.create(shop=world.lantern, **FAQ)
    return world


@pytest.mark.parametrize(("language", "name", "question", "answer"), READERS)
def test_api_and_pages(
    both: World, api: Any, client: Any, language: str, name: str, question: str, answer: str
) -> None:
    shop = api("alice").get("/api/v1/shops/lantern/", HTTP_ACCEPT_LANGUAGE=language).json()
    assert (shop["name"], shop["faq"]) == (name, [{"question": question, "answer": answer}])
    client.force_login(both.users["alice"])
    page = client.get("/shops/lantern/faq/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert all(words in page for words in (name, question, answer))


@pytest.mark.parametrize("words", ["到账", "money", "same day", "当天"])
def test_both_are_searched(both: World, words: str) -> None:
    assert questions(both.lantern, words).count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("name", "name_en"), [("灯笼", "Lantern"), ("灯笼", ""), ("", "Lantern")])
def test_sql_picks_as_python_does(world: World, language: str, name: str, name_en: str) -> None:
    Shop.objects.filter(pk=world.lantern.pk).update(name=name, name_en=name_en)
    with translation.override(language):
        rows = Shop.objects.filter(pk=world.lantern.pk).values_list(picked("name"), flat=True)
        assert rows.get() == pick(name, name_en) == str(Shop.objects.get(pk=world.lantern.pk))
