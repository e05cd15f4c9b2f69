"""The rules in plain words, and a shop's questions and answers."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import policy
from accounts.models import Faq
from refunds.policy import SPANS
from tests.browser import Sit, text
from tests.world import World

SECTIONS = ["types", "deadlines", "return", "photos", "freight", "money", "rejected", "contact"]


class TestHelp:
    def test_is_open_to_everybody_and_asks_nothing_of_the_database(
        self, db: None, django_assert_num_queries: Any
    ) -> None:
        client = Client(headers={"accept-language": "en"})
        with django_assert_num_queries(0):
            page = client.get("/help/")
        assert page.status_code == 200
        assert re.findall(r'<section class="[^"]*" id="(\w+)"', text(page)) == SECTIONS
        assert re.findall(r'href="#(\w+)"', text(page))[1:] == SECTIONS

    def test_numbers_are_those_of_the_services(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        numbers = [name for name, value in vars(policy).items() if name.isupper() and isinstance(value, int)]
        for at, name in enumerate(numbers):
            monkeypatch.setattr(policy, name, 7000 + at)
        page = text(Client(headers={"accept-language": "en"}).get("/help/"))
        assert [name for at, name in enumerate(numbers) if str(7000 + at) not in page] == []

    def test_every_channel_is_named(self, db: None) -> None:
        page = text(Client(headers={"accept-language": "en"}).get("/help/"))
        rows = re.findall(r"<tr><td>(.+?)</td><td class=\"n\">(.+?)</td></tr>", page)
        assert len(rows) == len(SPANS) - 1
        assert ("UnionPay", "1–7") in rows
        assert ("WeChat Pay", "same day to 3") in rows
        assert "test payment" not in page

    def test_names_the_shops_where_one_bought(self, world: World, sit: Sit, django_assert_max_num_queries: Any) -> None:
        world.place_order()
        client = sit("alice")
        with django_assert_max_num_queries(6):
            page = text(client.get("/help/"))
        assert 'href="/shops/lantern/faq/"' in page
        assert "/shops/harbor/" not in page
        assert "/shops/" not in text(sit("bob").get("/help/"))


class TestQuestions:
    @pytest.fixture(autouse=True)
    def _asked(self, world: World) -> None:
        world.lantern.contact_name, world.lantern.contact_phone = "Mei", "0571-1"
        world.lantern.contact_address = "12 Wick Yard"
        world.lantern.save()
        Faq.objects.create(shop=world.lantern, question="Does it glow?", answer="At night.\n\n<b>Brightly</b>.")
        Faq.objects.create(shop=world.lantern, question="Is it loud?", answer="It hums.")
        Faq.objects.create(shop=world.harbor, question="Does it float?", answer="Yes.")

    def test_with_how_to_reach_the_shop(self, sit: Sit, django_assert_max_num_queries: Any) -> None:
        client = sit("alice")
        with django_assert_max_num_queries(7):
            page = text(client.get("/shops/lantern/faq/"))
        assert "Does it glow?" in page
        assert "&lt;b&gt;Brightly" in page
        assert "float" not in page
        assert [word for word in ("Mei", "tel:0571-1", "12 Wick Yard", "tel:400-000") if word not in page] == []

    @pytest.mark.parametrize(("words", "there", "gone"), [("HUMS", "loud", "glow"), ("glow", "At night", "hums")])
    def test_search_in_both(self, sit: Sit, words: str, there: str, gone: str) -> None:
        page = text(sit("alice").get("/shops/lantern/faq/", {"search": words}))
        assert (there in page, gone in re.sub(rf'value="{words}"', "", page)) == (True, False)
        assert "<details open>" in page
        assert f'value="{words}"' in page

    @pytest.mark.parametrize("words", ["zebra", "%", "_", "\\", "a\0b", "x" * 5000])
    def test_nothing_found(self, sit: Sit, words: str) -> None:
        answer = sit("alice").get("/shops/lantern/faq/", {"search": words})
        assert (answer.status_code, "No results for" in text(answer)) == (200, True)

    def test_none_written_yet(self, sit: Sit) -> None:
        Faq.objects.all().delete()
        assert "hasn't added any answers yet" in text(sit("alice").get("/shops/lantern/faq/"))

    def test_in_pages(self, sit: Sit, world: World) -> None:
        Faq.objects.bulk_create(
            Faq(shop=world.lantern, question=f"Who {n}?", answer=".", position=n) for n in range(30)
        )
        client = sit("alice")
        first = text(client.get("/shops/lantern/faq/", {"search": "o"}))
        way = re.search(r'href="(\?[^"]*)" rel="next"', first)
        assert way
        second = text(client.get("/shops/lantern/faq/" + way[1].replace("&amp;", "&")))
        assert first.count("<details") == 20
        assert second.count("<details") == 12
        assert 'rel="prev"' in second
        assert text(client.get("/shops/lantern/faq/?page=junk")).count("<details") == 20

    def test_no_such_shop(self, sit: Sit) -> None:
        assert sit("alice").get("/shops/nowhere/faq/").status_code == 404

    def test_behind_the_login(self, client: Client) -> None:
        assert client.get("/shops/lantern/faq/").headers["Location"] == "/login/?next=/shops/lantern/faq/"
