"""The conversation at the desk: read and answered on the ticket's page, and what is unanswered is to do."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from aftersales.models import CannedResponse, Message, Ticket, Use, canned_responses
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import NOW, World

from .. import services
from ..selectors import worklist

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=50)
    return Desk(world)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered())


def photo() -> SimpleUploadedFile:
    raw = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(raw, "PNG")
    return SimpleUploadedFile("a.png", raw.getvalue(), "image/png")


def asked(ticket: Ticket, desk: Desk, words: str = "Any <news>?", **more: Any) -> Message:
    return services.post_message(ticket, text=words, actor=desk.buyer, **({"now": NOW} | more))


def talk(response: Any) -> dict[str, Any]:
    return next(data for panel, data in response.context["panels"] if panel.name == "talk")


# --- the panel ---------------------------------------------------------------------------------------------


def test_each_side_is_told_by_word(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    asked(ticket, desk)
    services.post_message(ticket, text="We help.", actor=desk.support, now=NOW + MINUTE)
    services.post_message(ticket, text="Tomorrow.", actor=desk.merchant, now=NOW + 2 * MINUTE)
    for name in ("mei", "wen", "sun"):
        response = sit(name).get(page(ticket))
        assert [(str(side), said.text) for side, said in talk(response)["said"]] == [
            ("Buyer", "Any <news>?"),
            ("Platform support", "We help."),
            ("Shop", "Tomorrow."),
        ]
        assert "Any &lt;news&gt;?" in text(response)
        assert 'class="said said-buyer"' in text(response)


def test_the_newest_twenty_and_the_way_to_the_earlier_ones(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    for n in range(23):
        asked(ticket, desk, f"No. {n}.", now=NOW + n * MINUTE)
    mei = sit("mei")
    first = talk(mei.get(page(ticket)))
    assert [said.text for _side, said in first["said"]] == [f"No. {n}." for n in range(3, 23)]
    before = mei.get(page(ticket) + first["earlier"])
    assert [said.text for _side, said in talk(before)["said"]] == ["No. 0.", "No. 1.", "No. 2."]
    assert f'href="{page(ticket)}?cursor=' in text(before)


def test_a_photo_opens_large_and_closes_back_to_the_talk(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    sit("mei").post(page(ticket, "say"), {"text": "Like this.", "photos": [photo(), photo()]})
    files = list(Message.objects.get().evidence.all())
    html = text(sit("mei").get(page(ticket)))
    for file in files:
        assert file.kind == "chat"
        assert html.count(f'href="#photo-{file.pk}"') >= 2
        assert html.count(f'id="photo-{file.pk}"') == 1
    assert 'href="#talk" data-step="close"' in html


def test_it_costs_the_same_however_much_was_said(
    ticket: Ticket, desk: Desk, sit: Sit, django_assert_max_num_queries: Any
) -> None:
    mei = sit("mei")
    for n in range(30):
        asked(ticket, desk, evidence=[desk.photo()], now=NOW + n * MINUTE)
        CannedResponse.objects.create(shop=ticket.shop, use="reply", text=f"{n}")
    with django_assert_max_num_queries(23):
        assert len(talk(mei.get(page(ticket)))["said"]) == 20


# --- the reply ---------------------------------------------------------------------------------------------


def test_a_reply_stays_on_the_page_and_ends_the_waiting(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    asked(ticket, desk)
    mei = sit("mei")
    assert "The buyer has been waiting" in text(mei.get(page(ticket)))
    answer = mei.post(page(ticket, "say"), {"text": "Tomorrow."})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page(ticket)}#talk")
    html = text(mei.get(page(ticket)))
    assert f"{ticket.ticket_no}: “Reply” done." in html
    assert "The buyer has been waiting" not in html
    said = Message.objects.latest("id")
    assert (said.author_kind, said.author_name, said.text) == ("merchant", "mei", "Tomorrow.")


def test_support_writes_as_the_platform_and_the_shop_still_owes_an_answer(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    asked(ticket, desk)
    assert sit("sun").post(page(ticket, "say"), {"text": "We asked the shop."}).status_code == 302
    assert Message.objects.latest("id").author_kind == "support"
    assert "The buyer has been waiting" in text(sit("mei").get(page(ticket)))


def test_a_refusal_keeps_the_text_on_the_page(ticket: Ticket, sit: Sit) -> None:
    bad = SimpleUploadedFile("a.png", b"MZ", "image/png")
    answer = sit("mei").post(page(ticket, "say"), {"text": "Look at this", "photos": bad})
    assert answer.status_code == 415
    html = text(answer)
    assert ">\nLook at this</textarea>" in html
    assert 'id="evidence"' in html
    assert 'data-pane="approve" checked' in html
    empty = sit("mei").post(page(ticket, "say"), {"text": "  "})
    assert empty.status_code == 400
    assert "Write 1 to 2000 characters, or add a photo." in text(empty)
    long = sit("mei").post(page(ticket, "say"), {"text": "x" * 2001})
    assert long.status_code == 400
    assert not Message.objects.exists()


def test_strangers_find_no_door(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    for name in ("rui", "alice", "eve", "oms"):
        assert sit(name).post(page(ticket, "say"), {"text": "Hello"}).status_code == 404, name
    anonymous = sit("").post(page(ticket, "say"), {"text": "Hello"})
    assert (anonymous.status_code, anonymous.headers["Location"].split("?")[0]) == (302, "/login/")
    assert not Message.objects.exists()


def test_an_ended_ticket_can_be_answered(ticket: Ticket, desk: Desk, sit: Sit) -> None:
    services.withdraw(ticket, actor=desk.buyer, now=NOW)
    asked(ticket, desk)
    assert sit("mei").post(page(ticket, "say"), {"text": "It is over."}).status_code == 302
    assert worklist.counts(Ticket.objects.all())["answer"] == 0


def test_the_key_is_in_the_help(ticket: Ticket, sit: Sit) -> None:
    assert "<kbd>m</kbd></dt><dd>Go to the reply" in text(sit("mei").get(page(ticket)))


# --- canned responses -------------------------------------------------------------------------------------------


def test_replies_offer_their_own_texts_and_those_of_all_shops(
    ticket: Ticket, desk: Desk, world: World, sit: Sit
) -> None:
    make = CannedResponse.objects.create
    make(shop=None, use=Use.REPLY, title="Thanks", text="You are welcome.")
    make(shop=world.lantern, use=Use.REPLY, text="We have it.")
    make(shop=world.lantern, use=Use.REJECT, text="Burnt.")
    make(shop=world.harbor, use=Use.REPLY, text="Harbor only.")
    mei = sit("mei")
    form = talk(mei.get(page(ticket)))["button"].form
    assert form.fields["template"].choices == [
        ("", "–"),
        ("We have it.", "We have it."),
        ("You are welcome.", "Thanks"),
    ]
    mei.post(page(ticket, "say"), {"text": "", "template": "You are welcome."})
    assert Message.objects.get().text == "You are welcome."
    assert canned_responses([world.lantern.pk])["reject"] == [("Burnt.", "Burnt.")]


def test_a_text_in_two_languages_is_offered_in_that_of_the_page(ticket: Ticket, world: World, sit: Sit) -> None:
    make, kept = CannedResponse.objects.create, {"shop": world.lantern, "use": Use.REPLY}
    make(**kept, title="已收到", text="已收到，今天回复。", title_en="Got it", text_en="Got it.")
    make(**kept, title="好", text="好的。", text_en="All right.")
    make(**kept, title="嗯", text="嗯。")
    english = [("Got it.", "Got it"), ("All right.", "All right."), ("嗯。", "嗯")]
    chinese = [("已收到，今天回复。", "已收到"), ("好的。", "好"), ("嗯。", "嗯")]
    mei = sit("mei")
    for language, texts in (("en", english), ("zh-hans", chinese)):
        answer = mei.get(page(ticket), headers={"accept-language": language})
        assert talk(answer)["button"].form.fields["template"].choices == [("", "–"), *texts]
    mei.post(page(ticket, "say"), {"text": "", "template": "Got it."})
    assert Message.objects.get().text == "Got it."


def test_an_english_title_needs_an_english_text(world: World, sit: Sit) -> None:
    data = {"shop": world.lantern.pk, "use": "reply", "title": "", "text": "好的。", "title_en": "Right", "text_en": ""}
    add = listing(CannedResponse) + "add/"
    assert "Write the English text too" in text(sit("mei").post(add, data))
    assert sit("mei").post(add, data | {"text_en": "All right."}).status_code == 302
    assert str(CannedResponse.objects.get()) == "Right"


def test_without_texts_there_is_nothing_to_choose(ticket: Ticket, sit: Sit) -> None:
    assert "template" not in talk(sit("mei").get(page(ticket)))["button"].form.fields


def test_texts_of_all_shops_are_kept_by_supervisors(world: World, sit: Sit) -> None:
    data = {"shop": "", "use": "reply", "title": "Hi", "text": "Hello."}
    assert sit("mei").post(listing(CannedResponse) + "add/", data).status_code == 200
    assert sit("song").post(listing(CannedResponse) + "add/", data).status_code == 302
    row = CannedResponse.objects.get()
    assert (row.shop, str(row)) == (None, "Hi")
    assert sit("mei").post(page(row), data).status_code == 403
    assert "Hi" in text(sit("mei").get(listing(CannedResponse, "?use__exact=reply")))
    assert "Hi" not in text(sit("mei").get(listing(CannedResponse, "?use__exact=reject"))).split('id="changelist"')[1]


# --- to do -------------------------------------------------------------------------------------------------


def test_what_waits_for_an_answer_is_to_do_in_any_state(desk: Desk, world: World, sit: Sit) -> None:
    ended, back, mine, quiet = (desk.apply(world.delivered()) for _ in range(4))
    services.withdraw(ended, actor=desk.buyer, now=NOW)
    desk.approve(back)
    for n, row in enumerate((back, mine, ended)):
        asked(row, desk, now=NOW + n * MINUTE)
    mei = sit("mei")
    shown = mei.get(listing(Ticket, "?todo=answer"))
    assert [row.pk for row in shown.context["cl"].result_list] == [back.pk, mine.pk, ended.pk]
    assert text(shown).count('class="tag tone-answer">to answer<') == 3
    assert worklist.counts(Ticket.objects.all())["answer"] == 3
    assert f"{reverse('admin:aftersales_ticket_changelist')}?todo=answer" in text(shown)
    assert [worklist.todo_of(Ticket.objects.get(pk=row.pk)) for row in (ended, back, mine, quiet)] == [
        "answer", "answer", "review", "review",
    ]  # fmt: skip


def test_reply_and_next_goes_to_who_has_waited_longest(desk: Desk, world: World, sit: Sit) -> None:
    rows = [desk.approve(desk.apply(world.delivered())) for _ in range(3)]
    for n, row in enumerate((rows[2], rows[0], rows[1])):
        asked(row, desk, now=NOW + n * MINUTE)
    mei = sit("mei")
    walk = mei.get(page(rows[0])).context["walk"]
    assert (walk.place, walk.total, walk.previous.pk, walk.next.pk) == (2, 3, rows[2].pk, rows[1].pk)
    answer = mei.post(page(rows[0], "say"), {"text": "Yes.", "onward": "next"})
    assert answer.headers["Location"] == page(rows[1])
    assert mei.post(page(rows[2], "say"), {"text": "Yes.", "onward": "next"}).headers["Location"] == page(rows[1])
    assert mei.post(page(rows[1], "say"), {"text": "Yes.", "onward": "next"}).headers["Location"] == listing(Ticket)
