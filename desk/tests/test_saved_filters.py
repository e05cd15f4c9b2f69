"""Saved filters: one's own, only what the list itself can do, never anywhere else."""

import pytest

from aftersales.models import Ticket
from desk.models import SavedFilter
from kernel.errors import Conflict
from orders.models import Order
from tests.browser import listing, text
from tests.desk import Desk

from ..saved_filters import filters

KEEP, REMOVE = "/admin/filters/keep/", "/admin/filters/remove/"
PAGE = "aftersales_ticket"


def keep(client, name="Late ones", query="overdue=1", page=PAGE):
    return client.post(KEEP, {"page": page, "name": name, "query": query})


def names(world, who="mei"):
    return list(SavedFilter.objects.filter(user=world.users[who]).values_list("name", flat=True))


def test_is_kept_and_leads_back_to_the_list(world, sit):
    Desk(world).apply(world.shipped())
    client = sit("mei")
    assert "Save this filter" not in text(client.get(listing(Ticket)))
    assert "Save this filter" in text(client.get(listing(Ticket, "?overdue=1")))
    answer = keep(client, query="stage=pending&overdue=1&p=3")
    assert answer.url == "/admin/aftersales/ticket/?overdue=1&stage=pending"
    row = SavedFilter.objects.get()
    assert (row.user, row.page, row.name, row.query) == (world.mei, PAGE, "Late ones", "overdue=1&stage=pending")
    seen = text(client.get(answer.url))
    assert "Filter “Late ones” saved." in seen
    assert '<a href="?overdue=1&amp;stage=pending" aria-current="true">' in seen
    assert "Save this filter" not in seen


def test_a_name_that_is_there_means_the_new_list(world, sit):
    client = sit("mei")
    keep(client)
    keep(client, name="  Late   ones ", query="stage=pending")
    assert SavedFilter.objects.get().query == "stage=pending"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "tab\0le"])
def test_a_bad_name_keeps_what_was_typed(world, sit, name):
    answer = keep(sit("mei"), name=name)
    assert (answer.status_code, names(world)) == (400, [])
    assert "Enter a name" in text(answer)
    assert 'aria-invalid="true"' in text(answer)
    if name == "x" * 41:
        assert f'value="{name}"' in text(answer)


@pytest.mark.parametrize(
    "query",
    ["", "p=2", "o=1", "buyer__username=alice", "shop__code=harbor", "nothing=1", "overdue=1&password=x",
     "created_at__gte=never", "overdue=1&o=x", "type=", "q=" + "x" * 600, "q=a%00b", "buyer__password__startswith=p"],
)  # fmt: skip
def test_only_the_lists_own_parameters(world, sit, query):
    answer = keep(sit("mei"), query=query)
    assert (names(world), answer.status_code) in (([], 400), ([], 302)), query
    if answer.status_code == 302:  # stock admin leads back to the list from a filter that it cannot read
        assert answer.url.startswith("/admin/aftersales/ticket/")


@pytest.mark.parametrize("query", ["q=AS1", "overdue=1&o=-2.1", "type__exact=repair", "created_at__gte=2026-01-01"])
def test_what_a_list_can_do_can_be_kept(world, sit, query):
    assert keep(sit("mei"), query=query).status_code == 302
    assert names(world) == ["Late ones"]


def test_never_leads_elsewhere(world, sit):
    client = sit("mei")
    for query in ("//evil.example/?q=1", "q=https://evil.example", "q=a\r\nLocation:x"):
        answer = keep(client, query=query)
        assert answer.status_code == 400 or answer.url.startswith("/admin/aftersales/ticket/?"), query
    keep(client)
    row = SavedFilter.objects.filter(name="Late ones").get()
    answer = client.post(REMOVE, {"filter": row.pk, "query": "//evil.example"})
    assert answer.url.startswith("/admin/aftersales/ticket/")


@pytest.mark.parametrize("page", ["", "nothing", "aftersales_evidence", "accounts_user", "../x"])
def test_only_lists_that_one_may_see(world, sit, page):
    assert keep(sit("mei"), page=page, query="q=a").status_code == 404


def test_lists_do_not_mix(world, sit):
    client = sit("mei")
    keep(client)
    keep(client, page="orders_order", query="status__exact=paid", name="Paid")
    client.get(listing(Order))  # takes the messages away
    seen = text(client.get(listing(Order)))
    assert "Late ones" not in seen
    assert "?status__exact=paid" in seen.split('class="saved"')[1]


def test_nobody_sees_or_removes_anothers(world, sit):
    keep(sit("mei"))
    row = SavedFilter.objects.get()
    for name in ("wen", "sun", "root"):
        client = sit(name)
        assert "Late ones" not in text(client.get(listing(Ticket)))
        assert client.post(REMOVE, {"filter": row.pk}).status_code == 404
    for wrong in ("", "x", "0", "9" * 30):
        assert sit("mei").post(REMOVE, {"filter": wrong}).status_code == 404
    assert names(world) == ["Late ones"]
    answer = sit("mei").post(REMOVE, {"filter": row.pk, "query": "stage=pending"})
    assert (answer.url, names(world)) == ("/admin/aftersales/ticket/?stage=pending", [])


def test_at_most_twenty(world, sit):
    for n in range(filters.MAX_FILTERS):
        filters.save(world.mei, PAGE, name=f"F{n}", query="overdue=1")
    with pytest.raises(Conflict):
        filters.save(world.mei, PAGE, name="one more", query="overdue=1")
    filters.save(world.mei, PAGE, name="F3", query="q=x")
    filters.save(world.mei, "orders_order", name="one more", query="q=x")
    answer = keep(sit("mei"), name="one more")
    assert answer.status_code == 409
    assert 'value="one more"' in text(answer)


def test_costs_one_statement_a_list(world, sit, django_assert_max_num_queries):
    client = sit("mei")
    client.get(listing(Ticket))
    for n in range(20):
        filters.save(world.mei, PAGE, name=f"F{n}", query=f"q={n}")
    # Ten are the list without a saved filter: its tiles ask twice, and the shop chooses its columns.
    with django_assert_max_num_queries(11):
        client.get(listing(Ticket))


def test_who_may(world, sit):
    assert sit("").post(KEEP).url == f"/login/?next={KEEP}"
    assert keep(sit("alice")).status_code == 404
    assert sit("mei").get(KEEP).status_code == 405
