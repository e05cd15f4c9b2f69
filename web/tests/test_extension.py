"""What an app hangs onto the page of a lower app stands on that page and on no other."""

from django.contrib import admin

from web.admin.base import ReadOnlyAdmin


def test_a_page_that_was_extended_shares_its_lists_with_none() -> None:
    pages = [page for page in admin.site._registry.values() if isinstance(page, ReadOnlyAdmin)]
    assert len(pages) > 5
    assert (ReadOnlyAdmin.panels, ReadOnlyAdmin.verbs) == ([], [])
    for lists in ([page.panels for page in pages if page.panels], [page.verbs for page in pages if page.verbs]):
        assert len({id(each) for each in lists}) == len(lists)
