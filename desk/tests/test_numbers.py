"""A small world, counted by hand: the last seven days before Monday 2 March, 10:00 in Shanghai."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from aftersales import services
from aftersales.models import Ticket
from desk.numbers.cards import CARDS
from desk.numbers.charts import NARROW, WIDE, Bar, Series, bar_rows, clip, column_plane, line_plane, nice_top
from desk.numbers.rates import RATES
from desk.numbers.words import hours
from reports import queries
from reports.figures import Figures
from reports.queries import Scope
from reports.ranges import CHOICES, span
from tests.browser import text
from tests.desk import Desk
from tests.world import NOW

SAID = (
    "Waiting now", "1 overdue", "66.7%", "33.3 points less than before", "300% more than before", "16.0 h", "¥198.00",
    "6.0 h slower than before", "Show as table", "Who decides", "no earlier period to compare",
)  # fmt: skip
URL, EXPORT = "/admin/numbers/", "/admin/numbers/export/"


def at(stamp: str) -> datetime:
    return datetime.fromisoformat(f"2026-{stamp}:00+08:00")


def slot(stamp: str) -> datetime:
    return datetime.fromisoformat(f"2026-{stamp}T00:00:00")


class Story:
    def __init__(self, world):
        self.world, self.desk = world, Desk(world)
        done = self.ticket("03-01T09:00", approved="03-01T11:00")
        self.finish(done, "03-02T09:00")
        self.ticket("02-28T23:30", reason="wrong_choice", rejected="03-02T05:30")
        self.ticket("03-01T00:00")  # waits, but not for long
        late = self.ticket("02-24T00:00")  # the first moment of the range
        Ticket.objects.filter(pk=late.pk).update(overdue_since=at("02-26T00:00"))
        self.ticket("02-20T12:00", approved="02-20T22:00")  # the range before
        self.ticket("02-23T11:00")  # in neither: the range before ends at 10:00
        self.ticket("03-01T12:00", shop=world.harbor)

    def ticket(self, applied, *, reason="quality", approved="", rejected="", **order):
        ticket = self.desk.apply(self.world.delivered(**order), reason=reason)
        Ticket.objects.filter(pk=ticket.pk).update(created_at=at(applied))
        if approved:
            services.approve(ticket, actor=self.desk.merchant, now=at(approved))
        if rejected:
            services.reject(ticket, reason="no", actor=self.desk.agent, now=at(rejected))
        return ticket

    def finish(self, ticket, stamp):
        self.desk.now = at(stamp)
        self.desk.receive(self.desk.ship_back(ticket))
        self.desk.send_refunds()
        self.desk.now = NOW


@pytest.fixture
def story(world):
    return Story(world)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr("desk.numbers.views.timezone", SimpleNamespace(now=lambda: NOW))


def scope(world, days="7", *, shops=("lantern",)):
    return Scope(tuple(getattr(world, shop).pk for shop in shops), span(days, NOW))


def test_the_range_begins_at_midnight_in_the_shop():
    week = span("7", NOW)
    assert (week.start, week.end) == (at("02-24T00:00"), NOW)
    assert (week.before_start, week.before_end) == (at("02-17T00:00"), at("02-23T10:00"))
    assert week.slots("day") == [slot(day) for day in
        ("02-24", "02-25", "02-26", "02-27", "02-28", "03-01", "03-02")]  # fmt: skip
    assert [at.hour for at in span("today", NOW).slots("hour")] == list(range(11))
    assert len(span("90", NOW).slots("week")) == 14
    assert span("90", NOW).slots("week")[0].weekday() == 0
    assert span("x", NOW) == span("14", NOW)


def test_who_waits(story):
    found = {row.status: (row.waiting, row.overdue) for row in queries.waiting(scope(story.world))}
    assert found.pop("pending_review") == (3, 1)
    assert found.pop("pending_return") == (1, 0)
    assert found.pop("rejected") == (1, 0)
    assert set(found.values()) == {(0, 0)}


def test_decisions(story):
    spells = queries.decided(scope(story.world))
    now = spells.now
    assert (now.tickets, now.measured, now.in_time, now.still_late) == (4, 2, 2, 1)
    assert now.median == pytest.approx(16)  # of 2 h and 30 h
    assert now.ninety == pytest.approx(27.2)
    assert now.share_in_time == pytest.approx(2 / 3)
    assert spells.before.tickets == 1
    assert spells.before.median == pytest.approx(10)
    assert {day: spell.tickets for day, spell in spells.fine.items()} == {
        slot("02-24"): 1, slot("02-28"): 1, slot("03-01"): 2,
    }  # fmt: skip


def test_by_week_starts_on_monday(story):
    spells = queries.decided(scope(story.world, "30"))
    assert {day: spell.tickets for day, spell in spells.coarse.items()} == {slot("02-16"): 1, slot("02-23"): 5}


def test_what_a_rule_grants_is_no_decision(world):
    desk = Desk(world)
    desk.apply(world.place_order(), "refund_only", "dont_want")
    now = queries.decided(Scope((world.lantern.pk,), span("7", NOW))).now
    assert (now.tickets, now.measured, now.share_in_time) == (1, 0, None)


def test_finished(story):
    spells = queries.finished(scope(story.world))
    assert (spells.now.tickets, spells.before.tickets) == (1, 0)
    assert spells.now.median == pytest.approx(24)
    assert list(spells.fine) == [slot("03-02")]


def test_reasons_and_goods(story):
    assert [(row.fault, row.tickets) for row in queries.reasons(scope(story.world))] == [("merchant", 3), ("buyer", 1)]
    row = queries.products(scope(story.world))[0]
    assert row == ("TEE", "Tee", 4, 8, "Quality problem")


def test_who_works_on_how_many(story):
    """S-051: open tickets alone; what has ended is nobody's load any more."""
    desk = story.desk
    for ticket in Ticket.objects.filter(shop=story.world.lantern, ended_at=None)[:2]:
        services.take(ticket, actor=desk.merchant, now=NOW)
    gone = services.take(story.ticket("03-01T10:00"), actor=desk.agent, now=NOW)
    services.withdraw(gone, actor=desk.buyer, now=NOW)
    assert [row[:2] for row in queries.load(scope(story.world))] == [("mei", 2)]
    assert queries.load(scope(story.world, shops=("harbor",))) == []
    figures = Figures(scope(story.world), scope(story.world))
    assert CARDS["load"](figures).summary == "1 people have open tickets."


def test_what_was_paid(story):
    rows = queries.paid(scope(story.world))
    assert rows == [(slot("03-02"), "CNY", "return_refund", "merchant", 1, Decimal("198.00"))]
    assert queries.paid(scope(story.world, shops=("harbor",))) == []


@pytest.fixture
def three_currencies(story):
    """¥198.00 of the story, JP¥1,000 of two tickets and US$10.00."""
    for currency, price in (("JPY", "600"), ("JPY", "400"), ("USD", "10.00")):
        ticket = story.ticket("03-01T09:00", approved="03-01T11:00", currency=currency, lines=[("TEE", price, 1)])
        story.finish(ticket, "03-02T09:00")
    return story


def test_amounts_of_different_currencies_are_never_added_up(three_currencies):
    figures = Figures(scope(three_currencies.world), None)
    assert figures.currencies == ["JPY", "CNY", "USD"]
    assert [figures.paid_now(code) for code in figures.currencies] == [1000, 198, 10]
    card = CARDS["refunds"](figures)
    assert card.summary == "JP¥1,000 · ¥198.00 · US$10.00 were refunded."
    assert [row[3:] for row in card.rows] == [["yuan", 1, Decimal("198.00")], ["JPY", 2, 1000], ["USD", 1, 10]]
    assert [str(row[5]) for row in card.rows] == ["198.00", "1000", "10.00"]
    assert len(card.drawings) == 2 * 3


def test_the_page_has_a_sum_for_each_currency(three_currencies, sit, today):
    page = text(sit("mei").get(URL + "?range=7"))
    for words in ("Refunded, JPY", "JP¥1,000", "Refunded, yuan", "¥198.00", "Refunded, USD", "US$10.00"):
        assert words in page, words
    assert "1,208" not in page


def test_people(story):
    rows = queries.people(scope(story.world))
    assert [(row.name, row.decisions, row.approved, row.rejected) for row in rows] == [
        ("mei", 1, 1, 0),
        ("wen", 1, 0, 1),
    ]
    assert [row.median for row in rows] == pytest.approx([2, 30])


def test_shops_add_up(story):
    world = story.world
    assert queries.decided(scope(world, shops=("lantern", "harbor"))).now.tickets == 5
    assert queries.decided(Scope(None, span("7", NOW))).now.tickets == 5
    assert queries.decided(scope(world, shops=("harbor",))).now.tickets == 1
    assert queries.decided(Scope((), span("7", NOW))).now.tickets == 0


@pytest.mark.parametrize("days", CHOICES)
def test_every_card_has_a_row_a_slot_and_as_many_cells_as_heads(story, days):
    both = scope(story.world, days)
    for name, card in (CARDS | RATES).items():
        made = card(Figures(both, both))
        assert all(len(row) == len(made.header) for row in made.rows), name
        assert "nan" not in str(made).lower().replace("merchant", ""), name
        if name == "flow":
            assert len(made.rows) == len(both.range.slots(both.range.fine))


# --- the page ------------------------------------------------------------------------------------------


def test_the_page(story, sit, today, django_assert_max_num_queries):
    client = sit("mei")
    with django_assert_max_num_queries(18):  # three of them are the rates: by slot and shop, product, reason
        page = text(client.get(URL + "?range=7"))
    for words in SAID:
        assert words in page, words
    assert page.count('role="img"') == 16 + 2 * 3
    assert "style=" not in page.split('id="content-main"')[1].split("</main>")[0]


def test_the_rates_of_the_page_are_explained_and_young_ones_marked(story, sit, today):
    """Six orders of yesterday, one of them refunded with its goods back, and closed by that."""
    page = text(sit("mei").get(URL + "?range=7"))
    assert "so no rate is above 100 %" in page
    assert "16.7% of 6 orders have a refund and 16.7% have a return." in page
    assert "not final: buyers can still send requests for 5 of 6 orders" in page
    assert 'class="shaded"' in page
    assert 'id="h-rates-shops"' not in page
    assert 'id="h-rates-shops"' in text(sit("sun").get(URL + "?range=7"))
    assert 'id="h-rates-shops"' not in text(sit("sun").get(URL + "?range=7&shop=lantern"))


def test_rates_are_exported(story, sit, today):
    answer = sit("mei").get(f"{EXPORT}?card=rates-products&range=7&shop=lantern")
    lines = b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()
    assert lines == ['SKU,Title,Orders,With a ticket,With a refund,With a return,"Ticket rate, percent",'
                     '"Refund rate, percent","Return rate, percent",Not final,State',
                     "TEE,Tee,6,4,1,1,66.7,16.7,16.7,5,not final"]  # fmt: skip


def test_the_page_says_what_was_given_instead_of_money(story, sit, today):
    desk = story.desk
    ticket = desk.apply(story.world.delivered(), "refund_only", "late")
    offered = services.offer(
        ticket, type="gift", amount=Decimal("8.00"), what="A box of tea", note="Sorry", actor=desk.merchant, now=NOW
    )
    services.accept_offer(ticket, offer=offered.offers.get().pk, actor=desk.buyer, now=NOW)
    assert "Vouchers and gifts in place of refunds cost ¥8.00." in text(sit("mei").get(URL + "?range=90"))


def test_all_shops_cost_no_more(story, sit, today, django_assert_max_num_queries):
    client = sit("sun")
    with django_assert_max_num_queries(18):
        assert client.get(URL + "?range=90").status_code == 200


@pytest.mark.parametrize("days", CHOICES)
def test_a_fresh_shop(world, sit, today, days):
    page = text(sit("rui").get(f"{URL}?range={days}"))
    assert "NaN" not in page
    assert "None" not in page
    assert "Nothing is waiting. Well done!" in page
    assert 'role="img"' not in page


def test_an_agent_does_not_measure_colleagues(story, sit, today):
    client = sit("wen")
    assert "Who decides" not in text(client.get(URL))
    assert client.get(f"{EXPORT}?card=people").status_code == 404
    assert client.get(f"{EXPORT}?card=waiting").status_code == 200


def test_exports(story, sit, today):
    answer = sit("mei").get(f"{EXPORT}?card=products&range=7&shop=lantern")
    assert "products-lantern-20260302.csv" in answer["Content-Disposition"]
    lines = b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()
    assert lines == ["SKU,Title,Tickets,Units requested,Main reason", "TEE,Tee,4,8,Quality problem"]
    for card in (*CARDS, *RATES):
        assert sit("sun").get(f"{EXPORT}?card={card}&range=30").status_code == 200
    assert sit("mei").get(EXPORT).status_code == 404


@pytest.mark.parametrize("url", [URL, EXPORT])
def test_who_may(world, sit, url):
    assert sit("").get(url).url.startswith("/login/?next=")
    assert sit("alice").get(url).status_code == 404
    for query in ("?shop=harbor&card=flow", "?shop=nowhere&card=flow", "?shop=%00&card=flow"):
        assert sit("mei").get(url + query).status_code == 404, query
    assert sit("sun").get(f"{url}?shop=harbor&card=flow").status_code == 200
    assert sit("mei").post(f"{url}?card=flow").status_code == 405


def test_another_shops_numbers_are_not_mine(story, sit, today):
    page = text(sit("rui").get(URL + "?range=7"))
    assert "¥198.00" not in page
    assert "TEE" in page  # harbor's own ticket


# --- the drawings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "top"), [(0, 4), (3, 4), (4, 4), (5, 8), (9, 12), (10, 12), (17, 20), (61, 80),
                                           (99.5, 100), (101, 120), (5001, 6000)])  # fmt: skip
def test_the_axis_holds_everything_with_round_ticks(most, top):
    assert nice_top(most) == top


def test_a_line_has_gaps_where_nothing_was_measured():
    plane = line_plane([Series("x", [1, None, 2, 4])], ["a", "b", "c", "d"], "h", WIDE)
    path = plane.lines[0].path
    assert (path.count("M"), path.count("L")) == (2, 1)
    assert plane.lines[0].dots[-1].y == 26  # the top of the axis
    assert plane.floor == WIDE.height - 28


def test_nothing_at_all_is_drawn_without_a_division_by_nought():
    for size in (WIDE, NARROW):
        assert line_plane([Series("x", [])], [], "h", size).lines[0].path == ""
        assert column_plane([Series("x", [0, 0])], ["a", "b"], "h", size).boxes == []
        assert bar_rows([], size).rows == []
        assert bar_rows([Bar("x", "0", [(0, "f1", "")])], size).rows[0].boxes == []


def test_two_bars_of_a_row_share_its_height():
    upper, lower = bar_rows([Bar("x", "1", [(2, "f1", "")], [(1, "f2", "")])], WIDE).rows[0].boxes
    assert (upper.height, lower.height, upper.y + upper.height) == (7, 7, lower.y)
    assert lower.width == pytest.approx(upper.width / 2, abs=0.1)


def test_shaded_slots_are_a_ground_of_their_own():
    plane = line_plane([Series("x", [1, 2])], ["a", "b"], "%", WIDE, {1: "young"})
    (box,) = plane.boxes
    assert (box.kind, box.text) == ("shaded", "young")
    assert box.x + box.width == pytest.approx(plane.right, abs=0.2)


def test_columns_stand_on_each_other():
    lower, upper = column_plane([Series("a", [4]), Series("b", [6])], ["d"], "¥", WIDE).boxes
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)
    assert lower.y + lower.height == pytest.approx(WIDE.height - 28, abs=0.2)


def test_labels_are_as_many_as_fit_and_the_last_is_there():
    names = [str(n) for n in range(90)]
    plane = line_plane([Series("x", [1] * 90)], names, "h", NARROW)
    assert len(plane.labels) <= NARROW.labels
    assert plane.labels[-1].text == "89"
    assert plane.lines[0].dots == []


def test_long_names_are_cut():
    assert clip("abc", 3) == "abc"
    assert clip("abcdef", 4) == "abc…"
    assert clip("恒温电热水壶", 8) == "恒温电…"
    widest = bar_rows([Bar("W" * 80, "12", [(1, "f1", "")])], NARROW).rows[0]
    assert len(widest.name) < NARROW.width / 7


def test_hours_after_midnight_belong_to_the_day_there(world):
    """23:30 UTC is the next day in Shanghai."""
    ticket = Desk(world).apply(world.delivered())
    moment = NOW - timedelta(days=2, hours=2, minutes=30)  # 28 February, 07:30 there: 27 February 23:30 UTC
    Ticket.objects.filter(pk=ticket.pk).update(created_at=moment)
    assert list(queries.decided(Scope(None, span("7", NOW))).fine) == [slot("02-28")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), (0, "0 min"), (0.2, "12 min"), (0.99, "59 min"), (0.999, "1.0 h"), (1, "1.0 h"), (5.24, "5.2 h"),
        (47.94, "47.9 h"), (47.96, "2.0 days"), (48, "2.0 days"), (74.4, "3.1 days"),
    ],
)  # fmt: skip
def test_hours_are_rounded_before_their_unit_is_chosen(value, shown):
    assert hours(value) == shown
