"""Who did what: who sees which rows, in words, in pages, as a table."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from aftersales import services
from aftersales.tests.evidence_order import charged_back
from kernel.events import machines
from kernel.models import History
from tests.browser import text
from tests.desk import Desk
from tests.world import NOW, World

from ..activity import queries
from ..activity.views import Filter

URL, EXPORT = "/admin/activity/", "/admin/activity/export/"


@pytest.fixture
def story(world):
    """alice applies at both shops; in lantern mei approves hers and wen rejects another."""
    desk = Desk(world)
    approved, rejected = desk.apply(world.delivered()), desk.apply(world.delivered(), reason="wrong_choice")
    elsewhere = desk.apply(world.delivered(shop=world.harbor))
    desk.now = NOW + timedelta(hours=1)
    desk.approve(approved)
    services.reject(rejected, reason="The wick was burnt.", actor=desk.agent, now=NOW + timedelta(hours=2))
    return approved, rejected, elsewhere


def visible(user):
    return set(queries.visible(queries.scanned(user), user).values_list("machine", "object_id", "action"))


def of(ticket):
    return {("ticket", ticket.pk, verb) for verb in ticket.history().values_list("action", flat=True)}


def test_a_manager_sees_the_shop_and_support_everything(world, story):
    approved, rejected, elsewhere = story
    mine = visible(world.mei)
    assert of(approved) | of(rejected) <= mine
    assert ("order", approved.order_id, "create") in mine
    assert not of(elsewhere) & mine
    assert of(elsewhere) <= visible(world.rui)
    assert not of(approved) & visible(world.rui)
    assert visible(world.sun) >= mine | of(elsewhere)


def test_an_agent_sees_their_own_doings(world, story):
    _approved, rejected, _elsewhere = story
    assert visible(world.wen) == {("ticket", rejected.pk, "reject")}


def test_an_agent_is_no_agent_where_they_buy(world, story):
    """What wen does as a buyer elsewhere is no business of the desk."""
    world.delivered(shop=world.harbor, buyer="wen")
    assert len(visible(world.wen)) == 1


def test_every_kind_of_object(world, sit):
    desk = Desk(world)
    ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered()))))
    desk.pay_out(ticket)
    disputed = world.completed()
    chargeback = charged_back(desk, disputed, number="CB-7")
    owed = services.create_payable(
        ticket, kind="goodwill", amount=Decimal(5), ground="Too late", actor=desk.merchant, now=NOW
    )
    page = text(sit("mei").get(URL))
    for number in (ticket.ticket_no, ticket.order.order_no, ticket.refunds.get().refund_no, "SF1", owed.payable_no):
        assert number in page, number
    row = next(row for row in page.split("<li>") if chargeback.chargeback_no in row)
    assert f'chargeback<a href="/admin/refunds/chargeback/{chargeback.pk}/change/">CB-7</a>' in row
    assert set(History.objects.values_list("machine", flat=True)) <= set(queries.KINDS)
    assert set(queries.KINDS) == set(machines())
    only = text(sit("mei").get(f"{URL}?about=chargeback"))
    assert "CB-7" in only
    assert ticket.ticket_no not in only


def test_rows_are_in_words(world, story, sit):
    _approved, rejected, _elsewhere = story
    page = text(sit("mei").get(URL))
    row = next(row for row in page.split("<li>") if "The wick was burnt." in row)
    assert "merchant wen" in row
    assert f'href="/admin/aftersales/ticket/{rejected.pk}/change/">{rejected.ticket_no}' in row
    assert "pending review → rejected" in row
    assert page.index("The wick was burnt.") < page.index("pending return")


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("person=wen", {"reject"}),
        ("person=nobody", set()),
        ("kind=merchant", {"approve", "reject"}),
        ("about=ticket&kind=merchant&person=mei", {"approve"}),
        ("about=refund", set()),
        ("day=2026-03-01&kind=merchant", set()),
        ("day=2026-03-02&kind=merchant", {"approve", "reject"}),
    ],
)
def test_filters(world, story, query, verbs):
    form = Filter(QueryDict(query))
    assert form.is_valid()
    found = queries.page(world.mei, **form.cleaned_data).entries
    words = {"approve": "Approved", "reject": "Rejected"}
    assert {entry.line.verb for entry in found} == {words[verb] for verb in verbs}


def test_a_day_is_the_shops_day(world, story):
    """01:00 in Shanghai on 3 March is still 2 March in UTC."""
    History.objects.create(shop_id=story[0].shop_id, machine="ticket",
                           object_id=story[0].pk, action="note", target="x", actor_kind="clock",
                           actor_name="clock", at=NOW + timedelta(hours=15))  # fmt: skip
    third = queries.page(world.mei, day=(NOW + timedelta(days=1)).date())
    assert [entry.line.verb for entry in third.entries] == ["note"]
    assert "note" not in [entry.line.verb for entry in queries.page(world.mei, day=NOW.date()).entries]


@pytest.mark.parametrize("query", ["day=yesterday", "kind=king", "about=moon", "person=" + "x" * 151])
def test_a_wrong_filter_keeps_what_was_typed(world, sit, query):
    for url in (URL, EXPORT):
        answer = sit("mei").get(f"{url}?{query}")
        assert answer.status_code == 400
        assert "errornote" in text(answer)
    if query.startswith("person"):
        assert "x" * 151 in text(answer)


def many(ticket, count):
    History.objects.bulk_create(
        History(shop_id=ticket.shop_id, machine="ticket",
                object_id=ticket.pk, action=f"v{n}", target="x", actor_kind="clock",
                actor_name="clock", at=NOW - timedelta(minutes=n // 3))
        for n in range(count)
    )  # fmt: skip


def test_pages_have_every_row_once(world, story, sit):
    many(story[0], 130)
    client, query, found = sit("sun"), "", []
    for _page in range(10):
        page = text(client.get(URL + query))
        found += re.findall(r"· (v\d+) ·", page)
        link = re.search(r'href="(\?[^"]*before=[^"]+)"', page)
        if not link:
            break
        query = link[1].replace("&amp;", "&")
    assert sorted(found) == sorted(f"v{n}" for n in range(130))


@pytest.mark.parametrize(
    "cursor", ["x", "_", "2026-03-02_1", "2026-99-99T00:00:00Z_1", "2026-03-02T00:00:00Z_x", "%00"]
)
def test_a_cursor_that_nobody_gave_is_the_first_page(world, story, sit, cursor):
    assert "The wick was burnt." in text(sit("mei").get(f"{URL}?before={cursor}"))


def test_statements(world, story, sit, django_assert_max_num_queries):
    many(story[0], 60)
    for name in ("mei", "wen", "sun"):
        client = sit(name)
        client.get(URL)
        with django_assert_max_num_queries(7):  # session, user, memberships, menu (two), history, numbers
            client.get(URL)


def test_export(world, story, sit, monkeypatch):
    monkeypatch.setattr(queries, "MAX_EXPORTED", 3)
    answer = sit("mei").get(f"{EXPORT}?kind=merchant")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert "merchant wen" in lines[1]
    assert "The wick was burnt." in lines[1]
    assert "Lantern" in lines[1]
    answer = sit("sun").get(EXPORT)
    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 4


@pytest.mark.parametrize("url", [URL, EXPORT])
def test_who_may(world: World, sit, url):
    assert sit("").get(url).url == f"/login/?next={url}"
    assert sit("alice").get(url).status_code == 404
    assert sit("mei").post(url).status_code == 405


def test_nothing_yet(world, sit):
    assert "Nothing here yet." in text(sit("rui").get(URL))
    assert "No matches." in text(sit("rui").get(URL + "?kind=buyer"))
