"""One ticket on a page: what it shows, what can be done, and at what cost."""

from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any, cast

import pytest
from django.utils import timezone

from aftersales import services
from aftersales.api.answers import TicketAnswer
from aftersales.models import Ticket
from logistics import services as logistics
from refunds.services import settle_by_hand
from storefront.status_text import status_text
from storefront.ticket_page import difference, sums
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.usefixtures("stock")

HOUR = timedelta(hours=1)


def of_lines(lines: list[dict[str, Any]]) -> TicketAnswer:
    """An answer with no more in it than `sums` reads."""
    return cast(TicketAnswer, {"lines": lines})


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    return desk.apply(world.delivered(freight="10.00"), description="It <b>flickers</b>.\nSince day one.")


def url(ticket: Ticket) -> str:
    return f"/tickets/{ticket.ticket_no}/"


def words_of(ticket: Ticket, now: Any = NOW) -> tuple[str, str]:
    row = Ticket.objects.select_related("order").get(pk=ticket.pk)
    words = status_text(row, now)
    return words.headline, unescape(str(words.sentence))


class TestStatusText:
    """ux 1: who must act, by when, and what happens then."""

    def test_the_shop_decides_or_the_clock_does(self, ticket: Ticket) -> None:
        headline, sentence = words_of(ticket, NOW + HOUR)
        assert headline == "Waiting for the shop"
        assert sentence.startswith("The shop has <b><time ")
        assert sentence.endswith("After that, your request is approved automatically.")

    def test_where_the_clock_may_not_decide_it_does_not_say_so(self, desk: Desk, world: World) -> None:
        ticket = desk.apply(world.delivered(), "refund_only", "compensation", claimed_amount=5)
        assert "automatically" not in words_of(ticket, NOW + HOUR)[1]
        late = words_of(ticket, NOW + 49 * HOUR)[1]
        assert late.startswith("The shop hasn't responded in time. You can write to it or call it,")

    def test_the_buyer_sends_the_goods_back(self, desk: Desk, ticket: Ticket) -> None:
        headline, sentence = words_of(desk.approve(ticket), NOW + HOUR)
        assert headline == "Approved: send the goods back"
        assert "or this ticket is closed" in sentence

    def test_the_goods_are_on_their_way_and_checked(self, desk: Desk, ticket: Ticket) -> None:
        desk.ship_back(desk.approve(ticket))
        assert words_of(ticket)[0] == "Your return is on its way"
        parcel = Ticket.objects.get().return_parcel
        assert parcel is not None
        logistics.report(parcel, status="delivered", at=NOW, text="there", actor=desk.merchant, now=NOW)
        headline, sentence = words_of(ticket, NOW + HOUR)
        assert headline == "The shop is checking your goods"
        assert "After that, you're refunded automatically" in sentence

    def test_the_difference_is_named(self, desk: Desk, world: World) -> None:
        world.sku("TEE-XL", price="119.00", on_hand=9)
        order = world.delivered(lines=[("TEE", "99.00", 1)])
        ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="TEE-XL"))
        assert words_of(ticket)[0] == "Approved: pay the price difference of ¥20.00"

    @pytest.mark.parametrize(
        ("type_", "reason", "ready", "sent", "done"),
        [
            ("exchange", "quality", "preparing your replacement", "Your replacement is on its way", "Exchanged"),
            ("repair", "fault", "repairing your goods", "Your repaired goods are on their way", "Repaired"),
        ],
    )
    def test_goods_for_goods(
        self, desk: Desk, world: World, type_: str, reason: str, ready: str, sent: str, done: str
    ) -> None:
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), type_, reason))))
        assert words_of(ticket)[0].endswith(ready)
        assert words_of(ticket)[1].endswith("After that, you can get a refund instead.")
        assert words_of(desk.reship(ticket))[0] == sent
        services.confirm_replacement(Ticket.objects.get(), actor=desk.buyer, now=NOW)
        assert words_of(ticket) == (done, "")

    def test_refused_goods_are_not_applied_for_again(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        desk.ship_back(desk.approve(ticket))
        services.refuse_goods(Ticket.objects.get(), reason="Not ours.", actor=desk.merchant, now=NOW)
        headline, sentence = words_of(ticket, NOW + HOUR)
        assert headline == "The shop refused your return"
        assert sentence.startswith("The shop has <b>")  # B-20
        assert sentence.endswith("to send your goods back. After that, your return counts as accepted.")
        html = text(sit("alice").get(url(ticket)))
        assert "Request again" not in html
        assert "The shop sends the goods back to you." in html

    def test_what_got_lost_is_not_to_be_confirmed(self, sit: Sit, desk: Desk, world: World) -> None:
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "repair", "fault"))))
        parcel = desk.reship(ticket).replacement_parcel
        assert parcel is not None
        client = sit("alice")
        assert client.get(url(ticket)).context["primary"].name == "confirm-replacement"
        logistics.report(parcel, status="lost", at=NOW, text="gone", actor=desk.merchant, now=NOW)
        assert words_of(ticket)[0] == "Your parcel didn't reach you"
        page = client.get(url(ticket))
        assert [page.context[name] for name in ("primary", "in_bar", "in_menu", "others")] == [None, [], [], []]
        assert page.context["after_all"].label == "It arrived after all"
        assert "The courier reported this parcel as lost." in text(page)
        assert "Confirm arrival" not in text(page)
        assert [card.actions for card in client.get("/tickets/").context["cards"]] == [[]]

    def test_what_came_back_to_the_shop_is_not_called_lost(self, sit: Sit, desk: Desk, world: World) -> None:
        parcel = desk.reship(desk.approve(desk.apply(world.shipped(), "reissue", "lost"))).replacement_parcel
        assert parcel is not None
        logistics.report(parcel, status="returned", at=NOW, text="back", actor=desk.merchant, now=NOW)
        html = text(sit("alice").get(url(Ticket.objects.get())))
        assert "This parcel was returned to the shop without reaching you." in html
        assert "reported this parcel as lost" not in html

    def test_it_arrived_after_all(self, sit: Sit, desk: Desk, world: World) -> None:
        ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "repair", "fault"))))
        parcel = desk.reship(ticket).replacement_parcel
        assert parcel is not None
        logistics.report(parcel, status="lost", at=NOW, text="gone", actor=desk.merchant, now=NOW)
        client, address = sit("alice"), f"{url(ticket)}confirm-replacement/"
        assert "The shop then won't resend or refund anything" in text(client.get(address))
        client.post(address)
        page = client.get(url(ticket))
        assert page.context["t"]["replacement_parcel"]["status"] == "delivered"
        assert page.context["status_text"].headline == "Repaired"

    def test_the_way_of_the_money(self, sit: Sit, desk: Desk, world: World) -> None:
        """Through the channel, another way by two people, or both."""
        ways = {
            ("PAY-1",): "Refunded to your original payment method.",
            ("FAIL-2",): "Refunded another way, not to your original payment method.",
            ("PAY-3", "FAIL-3"): "Part of it was refunded another way, the rest to your original payment method.",
        }
        for numbers, sentence in ways.items():
            payments = [(number, "50.00") for number in numbers]
            order = world.place_order(lines=[("TEE", str(50 * len(numbers)), 1)], payments=payments)
            ticket = desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
            for refund in ticket.refunds.filter(status="failed").select_related("payment"):
                for name in ("mei", "song"):
                    settle_by_hand(refund, proof="slip 42", actor=world.actor(name), now=NOW)
            shown = sit("alice").get(url(ticket)).context["status_text"]
            assert (shown.headline[:8], str(shown.sentence)) == ("Refunded", sentence)

    def test_ends(self, desk: Desk, world: World, ticket: Ticket) -> None:
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
        # By which way is known where its refunds are.
        assert words_of(ticket) == ("Refunded ¥208.00", "")
        closed = desk.approve(desk.apply(world.delivered()))
        services.close(closed, now=NOW)
        assert words_of(closed) == ("This ticket is closed", "The goods weren't sent back in time.")
        withdrawn = services.withdraw(desk.apply(world.delivered()), actor=desk.buyer, now=NOW)
        assert words_of(withdrawn) == ("You withdrew this request", "")


class TestThePage:
    def test_shows_what_the_api_says(self, sit: Sit, ticket: Ticket) -> None:
        html = text(sit("alice").get(url(ticket)))
        for part in (
            ticket.ticket_no, ticket.order.order_no, "Return and refund", "Tee", "¥208.00", "Quality problem",
            "It &lt;b&gt;flickers&lt;/b&gt;.", "/shops/lantern/faq/", "Amount requested", "Photo 1",
        ):  # fmt: skip
            assert part in html, part
        assert html.count("<h1") == 1
        assert 'style="' not in html
        assert "onclick" not in html

    def test_steps_are_called_by_what_is_done_in_them(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        client = sit("alice")

        def labels() -> list[str]:
            return [step["label"] for step in client.get(url(ticket)).context["progress"]]

        assert labels() == ["Shop review", "Send back", "Check and refund", "completed"]
        services.reject(ticket, reason="No.", actor=desk.merchant, now=NOW)
        assert labels() == ["Shop review", "rejected"]

    def test_the_variant_wanted_instead_stands_there_in_words(self, sit: Sit, desk: Desk, world: World) -> None:
        world.sku("TEE-L", on_hand=9, title="Tee", spec="Red / L")
        ticket = desk.apply(world.delivered(), "exchange", "wrong_choice", exchange_sku="TEE-L")
        assert "replaced by: Red / L" in text(sit("alice").get(url(ticket)))

    def test_is_nobody_elses(self, sit: Sit, ticket: Ticket) -> None:
        for name in ("eve", "bob", "oms"):
            assert sit(name).get(url(ticket)).status_code == 404, name
        assert sit("").get(url(ticket)).headers["Location"] == f"/login/?next={url(ticket)}"

    def test_leads_the_shop_to_its_desk(self, sit: Sit, ticket: Ticket) -> None:
        for name in ("mei", "sun"):
            answer = sit(name).get(url(ticket))
            assert answer.headers["Location"] == f"/admin/aftersales/ticket/{ticket.pk}/change/", name

    def test_offers_what_the_services_allow_and_no_more(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        client = sit("alice")

        def offered() -> list[str]:
            return [action.name for action in client.get(url(ticket)).context["actions"]]

        assert offered() == ["amend", "withdraw"]
        desk.approve(ticket)
        assert offered() == ["ship-back", "withdraw"]
        desk.ship_back(ticket)
        assert offered() == ["ship-back"]
        desk.pay_out(desk.receive(ticket))
        assert offered() == []

    def test_goods_on_the_way_back_are_the_one_thing_to_do(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        desk.approve(ticket)
        html = text(sit("alice").get(url(ticket)))
        assert 'id="form-ship-back"' in html
        assert "Dock 1" in html
        assert f"{url(ticket)}slip/" in html
        assert html.count('id="tracking_no"') == 1

    def test_goods_that_the_shop_has_are_not_in_transit(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        ticket = desk.ship_back(desk.approve(ticket))

        def shown(part: str, begin: str) -> str:
            html = text(sit("alice").get(part))
            return html[html.index(begin) :].split("</section>")[0]

        order = f"/orders/{ticket.order.order_no}/"
        for page, begin in ((url(ticket), 'class="as-parcel"'), (order, 'id="parcels"')):
            assert "in transit" in shown(page, begin).lower()
            assert "No updates from the courier yet." in shown(page, begin)
        ticket = desk.receive(ticket)
        for page, begin in ((url(ticket), 'class="as-parcel"'), (order, 'id="parcels"')):
            assert "in transit" not in shown(page, begin).lower(), page
            assert "No updates" not in shown(page, begin), page
            received = shown(page, begin).split("The shop received it on")[1]
            assert f"{timezone.localtime(ticket.received_at):%m-%d %H:%M}" in received, page

    def test_a_rejection_says_why_and_what_can_be_done(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        services.reject(ticket, reason="The wick was burnt.", actor=desk.merchant, now=NOW)
        html = text(sit("alice").get(url(ticket)))
        assert "The wick was burnt." in html
        assert "Request again" in html
        assert f"{url(ticket)}amend/" in html

    def test_a_refund_is_shown_by_tender_with_a_date(self, sit: Sit, desk: Desk, world: World) -> None:
        order = world.delivered(payments=[("PAY-A", "100.00"), ("CARD-B", "98.00")])
        ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(order)))))
        answer = sit("alice").get(url(ticket))
        html = text(answer)
        assert "¥100.00" in html
        assert "¥98.00" in html
        assert answer.context["t"]["refunds"][0]["expected_text"] in html

    def test_a_fee_is_taken_off_with_a_word(self, desk: Desk, ticket: Ticket) -> None:
        services.offer(ticket, service_fee=Decimal(8), note="For the box", actor=desk.merchant, now=NOW)
        services.accept_offer(ticket, offer=ticket.offers.get().pk, actor=desk.buyer, now=NOW)
        row = Ticket.objects.get()
        shown = sums(row, of_lines([{"refund_amount": item.refund_amount} for item in row.lines.all()]))
        assert shown is not None
        assert shown.goods + shown.freight == shown.total == row.approved_amount
        assert shown.taken_off == 8

    def test_of_a_ticket_that_came_to_nothing_nobody_gets_anything_back(self, desk: Desk, ticket: Ticket) -> None:
        row = desk.approve(ticket)
        assert sums(row, of_lines([])).label == "Your refund"  # type: ignore[union-attr]
        row = services.withdraw(row, actor=desk.buyer, now=NOW)
        shown = sums(row, of_lines([]))
        assert shown is not None
        assert (shown.label, shown.total) == ("Amount requested", row.requested_amount)

    def test_a_difference_goes_either_way(self, ticket: Ticket) -> None:
        assert difference(ticket) is None
        ticket.price_difference = ticket.requested_amount
        assert difference(ticket).label == "Price difference"  # type: ignore[union-attr]
        ticket.price_difference = -ticket.requested_amount
        assert difference(ticket).amount == ticket.requested_amount  # type: ignore[union-attr]

    def test_the_fullest_one_asks_thirteen_times_at_most(
        self, sit: Sit, desk: Desk, world: World, django_assert_max_num_queries: Any
    ) -> None:
        world.sku("MUG", price="40.00", on_hand=9)
        order = world.delivered(lines=[("TEE", "99.00", 2), ("MUG", "40.00", 1)])
        ticket = desk.approve(desk.apply(order, "exchange", "quality"))
        desk.ship_back(ticket)
        parcel = Ticket.objects.get().return_parcel
        assert parcel is not None
        for n in range(5):
            at = NOW - n * HOUR
            logistics.report(parcel, status="in_transit", at=at, text=f"Hub {n}", actor=desk.merchant, now=NOW)
        desk.reship(desk.receive(ticket))
        for n in range(25):
            services.post_message(ticket, text=f"Word {n}.", actor=desk.buyer, now=NOW + n * HOUR)
        services.post_message(ticket, evidence=[desk.photo()], actor=desk.buyer, now=NOW + 30 * HOUR)
        client = sit("alice")
        with django_assert_max_num_queries(13):  # one of them is how far the buyer has read
            html = text(client.get(url(ticket)))
        for part in ("2 earlier", "Hub 0", "Confirm arrival", "Word 24.", "Earlier messages"):
            assert part in html, part
        assert "Word 3." not in html
