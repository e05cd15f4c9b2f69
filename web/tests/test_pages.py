"""Previous and Next: the query kept, spoilt positions told, no end that strands the reader."""

from django.contrib.auth import get_user_model
from django.test import RequestFactory

from ..pages import Page, pages_of

User = get_user_model()


def page(query="", size=2) -> Page:
    return pages_of(User.objects.all(), RequestFactory().get(f"/orders/{query}"), field="date_joined", size=size)


def names(found):
    return [user.username for user in found.rows]


def people(*names_):
    for name in names_:
        User.objects.create_user(name)


def test_walks_there_and_back_with_the_query_kept(db):
    people("a", "b", "c")
    first = page("?tab=paid")
    assert names(first) == ["c", "b"]
    assert first.previous == ""
    assert first.next.startswith("?tab=paid&cursor=")
    second = page(first.next)
    assert names(second) == ["a"]
    assert second.next == ""
    assert names(page(second.previous)) == ["c", "b"]


def test_a_spoilt_position_shows_the_first_page_and_says_so(db):
    people("a", "b", "c")
    found = page("?cursor=nonsense")
    assert names(found) == ["c", "b"]
    assert "first one" in found.complaint
    assert page().complaint == ""
    User.objects.all().delete()
    assert page("?cursor=nonsense").previous == ""


def test_the_page_size_is_not_the_readers_to_choose(db):
    people("a", "b", "c")
    assert len(page("?page_size=100").rows) == 2
    assert len(page("?page_size=x").rows) == 2


def test_past_the_end_leads_back_to_the_start(db):
    people("a", "b", "c")
    beyond = page("?tab=paid").next
    User.objects.filter(username="a").delete()
    found = page(beyond)
    assert found.rows == []
    assert found.previous == "?tab=paid"
