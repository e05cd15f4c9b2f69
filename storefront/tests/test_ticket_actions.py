"""The buyer's actions: each asks first, does the same as the API, and keeps what was typed when it is refused."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from aftersales import services
from aftersales.models import Message, Ticket
from kernel.errors import Conflict
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.usefixtures("stock")

VERBS = (
    "withdraw",
    "ship-back",
    "confirm-replacement",
    "not-arrived",
    "convert",
    "messages",
    "ship-back/courier",
    "slip",
)


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    return desk.apply(world.delivered())


def url(ticket: Ticket, verb: str = "") -> str:
    return f"/tickets/{ticket.ticket_no}/{verb}{'/' if verb else ''}"


def toasts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def status(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


class TestWho:
    @pytest.mark.parametrize("verb", VERBS)
    def test_only_the_buyer(self, sit: Sit, desk: Desk, ticket: Ticket, verb: str) -> None:
        desk.approve(ticket)
        there = url(ticket, verb)
        for name in ("eve", "bob"):
            assert sit(name).get(there).status_code == 404, name
            assert sit(name).post(there, {"tracking_no": "SF1", "courier": "sf"}).status_code in (404, 405), name
        assert sit("").post(there).headers["Location"] == f"/login/?next={there}"
        assert sit("mei").post(there, {"tracking_no": "SF1", "courier": "sf"}).status_code in (302, 405)
        assert status(ticket) == "pending_return"

    def test_a_form_without_its_token_is_refused(self, world: World, ticket: Ticket) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(url(ticket, "withdraw")).status_code == 403
        assert status(ticket) == "pending_review"


class TestWithdraw:
    def test_names_the_consequence_first(self, alice: Client, ticket: Ticket) -> None:
        assert "This uses up one of your requests" in text(alice.get(url(ticket, "withdraw")))
        assert status(ticket) == "pending_review"

    def test_is_done_and_said(self, alice: Client, ticket: Ticket) -> None:
        answer = alice.post(url(ticket, "withdraw"))
        assert (answer.status_code, answer.headers["Location"]) == (302, url(ticket))
        assert toasts(answer) == ["Request withdrawn. This ticket is closed."]
        assert status(ticket) == "cancelled"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_stale_page_leads_to_the_fresh_one(self, alice: Client, desk: Desk, ticket: Ticket, method: str) -> None:
        services.withdraw(ticket, actor=desk.buyer, now=NOW)
        answer = getattr(alice, method)(url(ticket, "withdraw"), follow=True)
        assert "This ticket has changed in the meantime." in text(answer)
        assert answer.redirect_chain == [(url(ticket), 302)]

    def test_who_comes_at_the_same_time_is_asked_again(
        self, alice: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(ticket: Ticket) -> None:
            raise Conflict("Someone else is working on this.")

        monkeypatch.setattr("aftersales.services.end.lock", busy)
        answer = alice.post(url(ticket, "withdraw"))
        assert answer.status_code == 409
        assert "Someone else is working on this." in text(answer)
        assert status(ticket) == "pending_review"


class TestShipBack:
    @pytest.fixture
    def agreed(self, desk: Desk, ticket: Ticket) -> Ticket:
        return desk.approve(ticket)

    def test_the_goods_are_on_their_way(self, alice: Client, agreed: Ticket) -> None:
        answer = alice.post(url(agreed, "ship-back"), {"courier": "sf", "tracking_no": " SF123 ", "freight_paid": "12"})
        assert answer.headers["Location"] == url(agreed)
        row = Ticket.objects.get()
        assert row.return_parcel is not None
        assert (row.status, row.return_parcel.courier, row.return_parcel.tracking_no) == (
            "pending_refund",
            "sf",
            "SF123",
        )
        assert row.return_freight_amount == 12
        assert "SF123" in text(alice.get(url(agreed)))

    def test_the_courier_is_known_by_the_number(self, alice: Client, agreed: Ticket) -> None:
        alice.post(url(agreed, "ship-back"), {"tracking_no": "SF2234567890123"})
        assert Ticket.objects.get().return_parcel.courier == "sf"  # type: ignore[union-attr]

    def test_a_courier_that_is_not_on_the_list(self, alice: Client, agreed: Ticket) -> None:
        alice.post(url(agreed, "ship-back"), {"courier": "other", "other_courier": "Pigeon", "tracking_no": "1"})
        assert Ticket.objects.get().return_parcel.courier == "Pigeon"  # type: ignore[union-attr]
        html = text(alice.get(url(agreed, "ship-back")))
        assert 'value="Pigeon"' in html
        assert "Correct the tracking number" in html

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"courier": "sf", "tracking_no": ""}, "Enter the courier and tracking number."),
            ({"courier": "", "tracking_no": "SF9"}, "Enter the courier and tracking number."),
            ({"courier": "other", "tracking_no": "SF9"}, "Enter the courier and tracking number."),
            ({"courier": "sf", "tracking_no": "SF9", "freight_paid": "twelve"}, "amount"),
            ({"courier": "sf", "tracking_no": "9" * 65}, "64"),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(
        self, alice: Client, agreed: Ticket, typed: dict[str, str], sentence: str
    ) -> None:
        answer = alice.post(url(agreed, "ship-back"), typed)
        html = text(answer)
        assert answer.status_code == 400
        assert 'role="alert"' in html
        assert sentence in html
        assert f'value="{typed["tracking_no"]}"' in html
        assert status(agreed) == "pending_return"

    def test_the_number_can_be_corrected_until_the_goods_are_there(
        self, alice: Client, desk: Desk, agreed: Ticket
    ) -> None:
        desk.ship_back(agreed)
        html = text(alice.get(url(agreed, "ship-back")))
        assert 'value="SF1"' in html
        assert '<option value="sf" selected>' in html
        alice.post(url(agreed, "ship-back"), {"courier": "zto", "tracking_no": "Z2"})
        assert Ticket.objects.get().return_parcel.tracking_no == "Z2"  # type: ignore[union-attr]

    def test_freight_is_asked_for_where_the_shop_pays_it(self, alice: Client, desk: Desk, world: World) -> None:
        ours = desk.approve(desk.apply(world.delivered(), "return_refund", "quality"))
        mine = desk.approve(desk.apply(world.completed(), "return_refund", "wrong_choice"))
        assert "freight_paid" in text(alice.get(url(ours, "ship-back")))
        assert "freight_paid" not in text(alice.get(url(mine, "ship-back")))

    def test_the_courier_is_guessed(self, alice: Client, agreed: Ticket) -> None:
        there = url(agreed, "ship-back/courier")
        assert '<option value="sf" selected>' in text(alice.get(there, {"tracking_no": "SF1405882017346"}))
        assert '<option value="zto" selected>' in text(alice.get(there, {"tracking_no": "?", "courier": "zto"}))
        assert alice.post(there).status_code == 405


class TestReplacement:
    @pytest.fixture
    def sent(self, desk: Desk, world: World) -> Ticket:
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "repair", "fault"))))
        return desk.reship(ticket)

    def test_the_arrival_is_confirmed(self, alice: Client, sent: Ticket) -> None:
        assert "Confirm that everything has arrived and is in order." in text(
            alice.get(url(sent, "confirm-replacement"))
        )
        alice.post(url(sent, "confirm-replacement"))
        assert status(sent) == "completed"

    def test_nothing_came(self, alice: Client, sent: Ticket) -> None:
        assert "The shop has to resend it" in text(alice.get(url(sent, "not-arrived")))
        answer = alice.post(url(sent, "not-arrived"), {"note": "Nothing in the box"})
        assert toasts(answer) == ["The shop has been notified and needs to respond."]
        assert "You reported that nothing arrived" in text(alice.get(url(sent)))
        ticket = Ticket.objects.get(pk=sent.pk)
        assert ticket.history().latest("sequence").note == "Nothing in the box"

    def test_a_refund_instead_once_the_shop_is_late(self, alice: Client, desk: Desk, world: World) -> None:
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "repair", "fault"))))
        assert "has changed in the meantime" in text(alice.post(url(ticket, "convert"), follow=True))
        Ticket.objects.filter(pk=ticket.pk).update(overdue_since=NOW)
        assert "Instead, what you paid for these goods" in text(alice.get(url(ticket, "convert")))
        alice.post(url(ticket, "convert"))
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.type, row.status) == ("return_refund", "pending_refund")
        assert row.approved_amount == 198

    def test_what_never_came_needs_no_return(self, alice: Client, desk: Desk, world: World) -> None:
        ticket = desk.approve(desk.apply(world.delivered(), "reissue", "missing"))
        Ticket.objects.filter(pk=ticket.pk).update(overdue_since=NOW)
        alice.post(url(ticket, "convert"))
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.type, row.status) == ("refund_only", "pending_refund")


def photo() -> SimpleUploadedFile:
    raw = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(raw, "PNG")
    return SimpleUploadedFile("a.png", raw.getvalue(), "image/png")


class TestMessages:
    def test_reach_the_shop_and_stand_on_the_page(self, alice: Client, desk: Desk, ticket: Ticket) -> None:
        answer = alice.post(url(ticket, "messages"), {"text": "Any <news>?"})
        assert answer.headers["Location"] == f"{url(ticket)}#talk"
        services.post_message(ticket, text="Tomorrow.", actor=desk.merchant, now=NOW)
        services.post_message(ticket, text="We are here too.", actor=desk.support, now=NOW)
        answer = alice.get(url(ticket))
        assert [entry.side for entry in answer.context["conversation"]] == ["m", "p", "me"]
        html = text(answer)
        for part in ("Any &lt;news&gt;?", "Tomorrow.", "We are here too.", "Platform support"):
            assert part in html, part

    def test_take_a_photo(self, alice: Client, ticket: Ticket) -> None:
        alice.post(url(ticket, "messages"), {"text": "", "photo": photo()})
        file = Message.objects.get().evidence.get()
        assert file.ticket_id == ticket.pk
        assert f"/evidence/{file.pk}/thumbnail/" in text(alice.get(url(ticket)))

    def test_an_empty_one_is_refused(self, alice: Client, ticket: Ticket) -> None:
        answer = alice.post(url(ticket, "messages"), {"text": "  "})
        assert answer.status_code == 400
        assert "Write 1 to 2000 characters, or add a photo." in text(answer)

    def test_a_refused_photo_leaves_the_text(self, alice: Client, ticket: Ticket) -> None:
        bad = SimpleUploadedFile("a.exe", b"MZ", "image/png")
        answer = alice.post(url(ticket, "messages"), {"text": "Look at this", "photo": bad})
        assert answer.status_code == 415
        assert ">Look at this</textarea>" in text(answer)
        assert not Message.objects.exists()

    def test_have_a_page_of_their_own(self, alice: Client, ticket: Ticket) -> None:
        assert "Write to the shop" in text(alice.get(url(ticket, "messages")))

    def test_are_shown_twenty_at_a_time(self, alice: Client, desk: Desk, ticket: Ticket) -> None:
        for n in range(23):
            services.post_message(ticket, text=f"No. {n}.", actor=desk.buyer, now=NOW + timedelta(minutes=n))
        answer = alice.get(url(ticket))
        first = [entry.message["text"] for entry in answer.context["conversation"]]
        assert first == [f"No. {n}." for n in range(3, 23)]
        before = alice.get(url(ticket) + answer.context["earlier"])
        assert [entry.message["text"] for entry in before.context["conversation"]] == ["No. 0.", "No. 1.", "No. 2."]
        assert "Later messages" in text(before)
