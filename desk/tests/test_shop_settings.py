"""One page a shop with all that is set: managers change it and come back, agents read it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Faq, Membership, Policy
from aftersales.models import CannedResponse, Keyword
from aftersales.services import pauses
from logistics.models import ReturnAddress
from logistics.services import add_address
from tests.browser import page as page_of
from tests.browser import text

from ..shop_settings.cards import promises

URL = "/admin/settings/"
NEXT = "next=%2Fadmin%2Fsettings%2F%3Fshop%3Dlantern"


@pytest.fixture
def address(world):
    return add_address(
        world.lantern, name="Returns", phone="1", address="13 Wick Yard", actor=world.actor("mei"), is_default=True
    )


def links(page):
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(/admin/[^"]+next=[^"]+)"', page)]


def test_a_new_shop_is_told_what_is_missing(world, sit):
    page = text(sit("mei").get(URL))
    assert "Without a return address, nothing is approved automatically" in page
    assert "No questions yet." in page
    assert "No texts yet." in page
    assert "Buyers can send requests until 15 days" in page
    assert "You review requests within 48 hours" in page
    assert "No pause announced." in page


def test_everything_is_there(world, sit, address):
    for n in range(7):
        Faq.objects.create(shop=world.lantern, question=f"Question {n}?", answer="Yes.", position=7 - n)
    CannedResponse.objects.create(shop=world.lantern, text="The wick was burnt.")
    Keyword.objects.create(shop=world.lantern, type="repair", word="flicker")
    Faq.objects.create(shop=world.harbor, question="Harbor only?", answer="Yes.")
    page = text(sit("mei").get(URL))
    for words in ("13 Wick Yard", "The wick was burnt.", "flicker", "and 2 more", "up to ¥200.00", "all shops"):
        assert words in page, words
    assert page.index("Question 6?") < page.index("Question 2?")
    assert "Question 1?" not in page
    assert "Harbor only?" not in page
    assert "Without a return address" not in page


def test_every_button_opens_and_leads_back(world, sit, address):
    Faq.objects.create(shop=world.lantern, question="Why?", answer="Because.")
    client = sit("mei")
    found = links(text(client.get(URL)))
    assert len(found) >= 12
    for link in found:
        assert NEXT in link
        assert client.get(link).status_code == 200, link


def test_saving_comes_back(world, sit):
    client = sit("mei")
    add = f"/admin/accounts/faq/add/?shop={world.lantern.pk}&{NEXT}"
    assert f'<option value="{world.lantern.pk}" selected' in text(client.get(add))
    sent = {"shop": world.lantern.pk, "question": "Why?", "answer": "Because.", "position": 0}
    assert client.post(add, sent).url == f"{URL}?shop=lantern"
    row = Faq.objects.get()
    assert client.post(f"{page_of(row)}?{NEXT}", sent | {"answer": "No."}).url == f"{URL}?shop=lantern"
    assert NEXT in text(client.get(f"{page_of(row)}?{NEXT}"))  # the link to delete it
    assert client.post(f"{page_of(row, 'delete')}?{NEXT}", {"post": "yes"}).url == f"{URL}?shop=lantern"
    assert not Faq.objects.exists()


def test_a_refusal_stays_with_what_was_typed(world, sit):
    add = f"/admin/accounts/faq/add/?shop={world.lantern.pk}&{NEXT}"
    answer = sit("mei").post(add, {"shop": world.lantern.pk, "question": "Only a question?", "position": 0})
    assert answer.status_code == 200  # stock admin's way
    assert "Only a question?" in text(answer)


def test_a_verb_comes_back(world, sit):
    client = sit("mei")
    url = f"{page_of(world.lantern, 'contact')}?{NEXT}"
    page = text(client.get(url))
    assert f'action="{url}"' in page
    assert 'href="/admin/settings/?shop=lantern"' in page
    answer = client.post(url, {"name": "Lantern", "hotline": "400-1"})
    assert answer.url == f"{URL}?shop=lantern"
    assert "400-1" in text(client.get(answer.url))


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/orders/",
        "/admin/../orders/",
        "javascript:alert(1)",
        "",
    ],
)
def test_it_leads_nowhere_else(world, sit, elsewhere):
    client = sit("mei")
    sent = {"name": "Lantern", "hotline": "400-1"}
    url = page_of(world.lantern, "contact")
    assert client.post(f"{url}?next={elsewhere}", sent).url == page_of(world.lantern)
    faq = {"shop": world.lantern.pk, "question": "Why?", "answer": "Because.", "position": 0}
    assert client.post(f"/admin/accounts/faq/add/?next={elsewhere}", faq).url == "/admin/accounts/faq/"


def test_agents_and_support_read(world, sit, address):
    Faq.objects.create(shop=world.lantern, question="Why?", answer="Because.")
    for name, query in (("wen", ""), ("sun", "?shop=lantern")):
        page = text(sit(name).get(URL + query))
        assert "Why?" in page
        assert "13 Wick Yard" in page
        assert "Only a manager of the shop can change this." in page
        left = links(page)
        assert all("/pause/" in link for link in left), left  # support may announce a pause
        assert bool(left) == (name == "sun")


def test_the_administrator_may_everything(world, sit):
    assert len(links(text(sit("root").get(f"{URL}?shop=lantern")))) >= 8


def test_shops(world, sit):
    assert "Harbor" in text(sit("sun").get(URL))  # the first of the alphabet
    assert "?shop=lantern" in text(sit("sun").get(URL))
    assert "?shop=" not in text(sit("mei").get(URL)).split('id="content-main"')[1].split('id="contact"')[0]
    assert sit("mei").get(f"{URL}?shop=harbor").status_code == 404
    assert sit("mei").get(f"{URL}?shop=nowhere").status_code == 404
    Membership.objects.create(shop=world.harbor, user=world.mei, role="agent", accepted_at=world.now)
    client = sit("mei")
    assert "Only a manager" in text(client.get(f"{URL}?shop=harbor"))
    assert "Only a manager" not in text(client.get(f"{URL}?shop=lantern"))


def test_who_may(world, sit):
    assert sit("").get(URL).url == f"/login/?next={URL}"
    assert sit("alice").get(URL).status_code == 404
    assert sit("mei").post(URL).status_code == 405


def test_a_pause(world, sit):
    now = timezone.now()
    pauses.announce(world.lantern, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=3),
                    actor=world.actor("mei"), now=now)  # fmt: skip
    page = text(sit("mei").get(URL))
    assert "will be paused from" in page
    assert "/call_off/" in page
    assert "/pause/" not in page


def test_statements(world, sit, address, django_assert_max_num_queries):
    for n in range(30):
        Faq.objects.create(shop=world.lantern, question=f"{n}?", answer="Yes.")
        CannedResponse.objects.create(shop=world.lantern, text=str(n))
        Keyword.objects.create(shop=world.lantern, type="repair", word=str(n))
        ReturnAddress.objects.create(shop=world.lantern, name="R", phone="1", address=str(n))
    client = sit("mei")
    client.get(URL)
    with django_assert_max_num_queries(17):
        client.get(URL)


def test_promises_are_of_this_policy():
    said = promises(Policy(window_days=30, review_hours=24, return_freight_standard=Decimal("12.00")), "CNY")
    assert "Buyers can send requests until 30 days after the order is completed." in said
    assert "You review requests within 24 hours. After that, they're approved automatically." in said
    assert "You reimburse return shipping up to ¥12.00." in said
    assert not [text for text in said if "%(" in text]


@pytest.mark.parametrize(
    ("form", "says", "order"),
    [
        ("accounts/faq", "Lower numbers come first.", ["shop", "question", "answer", "position"]),
        ("accounts/membership", "The name they log in with.", ["shop", "username", "role", "review_limit"]),
        ("aftersales/keyword", "Reviewers are warned", ["shop", "type", "word"]),
        ("aftersales/cannedresponse", "The buyer sees exactly this", ["shop", "use", "title", "text"]),
        ("logistics/returnaddress", "as printed on the label", ["shop", "name", "phone", "address", "is_default"]),
    ],
)
def test_forms_say_what_to_write(world, sit, form, says, order):
    page = text(sit("mei").get(f"/admin/{form}/add/"))
    assert says in page
    assert [name for name in re.findall(r'name="(\w+)"', page) if name in order] == order


def test_texts_for_rejections_and_for_replies_have_a_card_each(world, sit):
    CannedResponse.objects.create(shop=world.lantern, use="reject", text="The wick was burnt.")
    CannedResponse.objects.create(shop=None, use="reply", title="Thanks", text="You are welcome.")
    CannedResponse.objects.create(shop=world.harbor, use="reply", text="Harbor only.")
    html = text(sit("mei").get(URL))
    rejections, replies = (html.split(f'id="texts-{use}"')[1].split("</section>")[0] for use in ("reject", "reply"))
    assert "The wick was burnt." in rejections
    assert "The wick was burnt." not in replies
    for words in ("Thanks", "You are welcome.", "all shops", "use=reply", "use__exact=reply"):
        assert words in replies, words
        assert words == "all shops" or words not in rejections
    assert "Harbor only." not in html
    form = text(sit("mei").get("/admin/aftersales/cannedresponse/add/?use=reply"))
    assert '<option value="reply" selected>' in form


def test_a_text_for_rejections_has_room(world, sit):
    assert "<textarea" in text(sit("mei").get("/admin/aftersales/cannedresponse/add/"))


def test_the_policy_says_what_its_switches_do(world, sit):
    page = text(sit("mei").get(page_of(world.lantern, "policy")))
    assert "reserved as soon as an exchange is requested" in page
    assert "At least 7 by law." in page
