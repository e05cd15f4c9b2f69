"""Texts of Django's admin that our catalogue translates again. They are named here so that `make messages` keeps them:
Django's own Chinese has a space between two characters, a half-width colon, or nothing at all."""

from django.utils.translation import gettext_noop as _

STOCK_WORDS = (
    _(":"),
    _("Add %s"),
    _("Change %s"),
    _("View %s"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Add another %(model)s"),
    _("Change selected %(model)s"),
    _("View selected %(model)s"),
    _("Delete selected %(model)s"),
)
