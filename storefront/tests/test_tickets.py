"""My after-sales: whose, which, in what order, and what each card says."""

from datetime import timedelta
from html import unescape

import pytest

from accounts.models import User
from aftersales.models import Ticket
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World


@pytest.fixture
def ticket(desk: Desk, world: World) -> Ticket:
    return desk.apply(world.delivered(order_no="E-LIST"))


def shown(html: str, *tickets: Ticket) -> list[bool]:
    return [row.ticket_no in html for row in tickets]


class TestTheList:
    def test_shows_ones_own_with_what_a_buyer_wants_to_know(self, sit: Sit, ticket: Ticket) -> None:
        html = text(sit("alice").get("/tickets/"))
        for part in (ticket.ticket_no, "E-LIST", "Return and refund", "Pending review", "¥198.00", "×2", "Lantern"):
            assert part in html, part
        assert "Time's up. This will soon be approved automatically." in html
        assert f"/tickets/{ticket.ticket_no}/withdraw/" in html

    def test_shows_no_one_elses(self, sit: Sit, ticket: Ticket) -> None:
        for name in ("eve", "bob", "mei", "sun"):
            assert ticket.ticket_no not in text(sit(name).get("/tickets/")), name

    def test_no_amount_where_no_money_is_paid(self, sit: Sit, desk: Desk, world: World) -> None:
        desk.apply(world.delivered(), "repair", "fault")
        assert "¥" not in text(sit("alice").get("/tickets/"))

    def test_the_amount_is_what_was_refunded_in_the_end(self, sit: Sit, desk: Desk, ticket: Ticket) -> None:
        units = [{"line_id": item.line_id, "quantity": 1, "condition": "as_new"} for item in ticket.lines.all()]
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket)), units))
        html = text(sit("alice").get("/tickets/"))
        assert "¥99.00" in html
        assert "¥198.00" not in html

    def test_anonymous_readers_log_in_first(self, sit: Sit) -> None:
        assert sit("").get("/tickets/").headers["Location"] == "/login/?next=/tickets/"


class TestFilters:
    @pytest.fixture
    def both(self, desk: Desk, world: World, ticket: Ticket) -> tuple[Ticket, Ticket]:
        world.sku("TEE", on_hand=9)
        other = desk.apply(world.delivered(order_no="E-OTHER"), "repair", "fault")
        return ticket, desk.approve(other)

    @pytest.mark.parametrize(
        ("query", "which"),
        [
            ("", [True, True]),
            ("?stage=pending", [True, False]),
            ("?stage=approved", [False, True]),
            ("?stage=closed", [False, False]),
            ("?stage=nonsense", [True, True]),
            ("?type=repair", [False, True]),
            ("?search=e-other", [False, True]),
            ("?search=E-LIST&type=repair", [False, False]),
        ],
    )
    def test_leave_what_fits(self, sit: Sit, both: tuple[Ticket, Ticket], query: str, which: list[bool]) -> None:
        assert shown(text(sit("alice").get(f"/tickets/{query}")), *both) == which

    def test_by_the_number_of_the_ticket(self, sit: Sit, both: tuple[Ticket, Ticket]) -> None:
        html = text(sit("alice").get("/tickets/", {"search": both[1].ticket_no[-6:]}))
        assert f"/tickets/{both[0].ticket_no}/" not in html
        assert f"/tickets/{both[1].ticket_no}/" in html

    def test_by_the_day_applied(self, sit: Sit, both: tuple[Ticket, Ticket]) -> None:
        day = (both[0].created_at + timedelta(days=1)).date().isoformat()
        assert shown(text(sit("alice").get("/tickets/", {"created_after": day})), *both) == [False, False]
        assert shown(text(sit("alice").get("/tickets/", {"created_before": day})), *both) == [True, True]

    def test_a_date_that_is_none_is_said_and_the_list_still_shown(self, sit: Sit, both: tuple[Ticket, Ticket]) -> None:
        answer = sit("alice").get("/tickets/", {"created_after": "2026-02-31", "type": "repair"})
        html = text(answer)
        assert answer.status_code == 200
        assert "“2026-02-31” isn't a date. Choose one from the calendar." in unescape(html)
        assert shown(html, *both) == [False, True]

    @pytest.mark.parametrize("query", ["type=nonsense", "search=%00", "cursor=spoilt", "created_before=1e9"])
    def test_nothing_that_is_typed_breaks_it(self, sit: Sit, both: tuple[Ticket, Ticket], query: str) -> None:
        answer = sit("alice").get(f"/tickets/?{query}")
        assert answer.status_code == 200
        assert "as-note--warning" in text(answer)

    def test_are_kept_by_tabs_and_chips_with_counts_of_what_is_left(
        self, sit: Sit, both: tuple[Ticket, Ticket]
    ) -> None:
        html = text(sit("alice").get("/tickets/?type=repair&search=E-"))
        assert '<a href="?type=repair&amp;search=E-&amp;stage=approved">Agreed to<b>1</b></a>' in html
        assert 'href="?type=exchange&amp;search=E-"' in html
        assert '<input type="hidden" name="type" value="repair">' in html
        assert "Pending review</a>" in html  # none of them waits for a review

    def test_nothing_found_offers_to_clear_them(self, sit: Sit, ticket: Ticket) -> None:
        html = text(sit("alice").get("/tickets/?search=nowhere"))
        assert "No tickets match these filters." in html
        assert "Clear the filters" in html

    def test_none_at_all_leads_to_the_orders(self, sit: Sit) -> None:
        html = text(sit("eve").get("/tickets/"))
        assert "You don't have any after-sales tickets." in html
        assert "Go to my orders" in html


class TestPages:
    def test_walk_to_the_end_and_back_and_keep_the_filters(self, sit: Sit, desk: Desk, world: World) -> None:
        for _n in range(12):
            desk.apply(world.delivered())
        client, seen, url = sit("alice"), set(), "?type=return_refund"
        while url:
            answer = client.get(f"/tickets/{url}")
            seen |= {card.ticket["ticket_no"] for card in answer.context["cards"]}
            back, url = answer.context["listing"].previous, answer.context["listing"].next
            assert "type=return_refund" in (url or back)
        assert len(seen) == 12
        assert len(client.get(f"/tickets/{back}").context["cards"]) == 10

    def test_ask_the_database_the_same_few_times(
        self, sit: Sit, desk: Desk, world: World, django_assert_num_queries: object
    ) -> None:
        alice = User.objects.get(username="alice")
        for _n in range(12):
            desk.apply(world.delivered())
        client = sit("alice")
        with django_assert_num_queries(7):  # type: ignore[operator]  # one counts what is new on each
            client.get("/tickets/")
        assert Ticket.objects.filter(buyer=alice).count() == 12
