"""What the page of a shop's settings is made of, and the ways from it to where something is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import manages
from accounts.admin.scope import user_of
from accounts.models import Shop


@dataclass(frozen=True)
class Item:
    """One line; `url` where it is changed, empty for those who may not. `press`: what is done at once by a button."""

    text: str
    quiet: str = ""
    tag: str = ""
    url: str = ""
    tone: str = ""
    press: "Button | None" = None


@dataclass(frozen=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True)
class Card:
    key: str
    title: str
    icon: str
    note: str = ""
    facts: Sequence[tuple[str, str]] = ()
    items: Sequence[Item] = ()
    hidden: str = ""  # "and 3 more": how many items are not shown
    warning: str = ""
    buttons: list[Button] = field(default_factory=list)


class Desk:
    """One reader and one shop: what they may change, and addresses that lead back to this page."""

    def __init__(self, request: HttpRequest, shop: Shop) -> None:
        self.request, self.shop = request, shop
        self.here = f"{reverse('admin:desk_settings')}?{urlencode({'shop': shop.code})}"

    def verb(self, row: Model, name: str) -> Button | None:
        """A button of the row's own admin page, if it is possible now."""
        model_admin: Any = admin.site._registry[type(row)]
        verb = next(verb for verb in model_admin.verbs if verb.name == name)
        if not verb.possible(row, model_admin.actor(self.request, row)):
            return None
        return Button(str(verb.label), self._back(model_admin.verb_url(row, verb)))

    def edit(self, row: Model) -> str:
        model_admin = admin.site._registry[type(row)]
        if not model_admin.has_change_permission(self.request, row):
            return ""
        return self._back(reverse(f"admin:{_address(type(row))}_change", args=[row.pk]))

    def add(self, model: type[Model], label: str, **filled: str) -> list[Button]:
        model_admin = admin.site._registry[model]
        if not (model_admin.has_add_permission(self.request) and manages(user_of(self.request), self.shop.pk)):
            return []
        address = reverse(f"admin:{_address(model)}_add")
        return [Button(label, self._back(f"{address}?{urlencode({'shop': self.shop.pk, **filled})}"))]

    def all(self, model: type[Model], **chosen: str) -> Button:
        address = reverse(f"admin:{_address(model)}_changelist")
        return Button(_("Show all"), f"{address}?{urlencode(chosen)}" if chosen else address)

    def _back(self, url: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}{urlencode({'next': self.here})}"


def _address(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
