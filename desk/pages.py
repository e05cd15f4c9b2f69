"""The desk's own pages, beside the rooms of the stock admin: what `AdminSite.get_urls()` adds.

Views import `desk.page`; only this module imports views.
"""

from .page import Page, View, context

PAGES: list[Page] = []

__all__ = ["PAGES", "Page", "View", "context"]
