"""The desk's own pages, beside the rooms of the stock admin: what `AdminSite.get_urls()` adds.

Views import `desk.page`; only this module imports views.
"""

from django.utils.translation import gettext_lazy as _

from . import bulk, find, saved_filters_views
from .page import Page, View, context

PAGES: list[Page] = [
    Page("find/", "desk_find", find.find, _("Find"), "search"),
    Page("bulk/", "desk_bulk", bulk.bulk),
    Page("filters/keep/", "desk_filter_keep", saved_filters_views.keep),
    Page("filters/remove/", "desk_filter_remove", saved_filters_views.remove),
]

__all__ = ["PAGES", "Page", "View", "context"]
