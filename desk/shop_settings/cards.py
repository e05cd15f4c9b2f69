"""A shop's settings, card by card: what is set, what is missing, and where it is changed.

The admin page that changes a setting says whether the reader may change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import manages
from accounts.admin.scope import user_of
from accounts.models import Faq, Membership, Policy, Shop
from aftersales.models import CannedResponse, Keyword, Use
from kernel.money import DEFAULT_CURRENCY
from logistics.models import ReturnAddress
from web.admin.parts import moment
from web.money import format_money

MAX_ITEMS = 5


@dataclass(frozen=True)
class Item:
    """One line; `url` where it is changed, empty for those who may not."""

    text: str
    quiet: str = ""
    tag: str = ""
    url: str = ""
    tone: str = ""


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


def cards(request: HttpRequest, shop: Shop, now: datetime) -> list[Card]:
    desk = Desk(request, shop)
    policy = desk.verb(shop, "policy")
    return [
        _contact(desk),
        _addresses(desk),
        _faq(desk),
        _texts(desk, Use.REJECT, _("Texts for rejections"),
               _("No texts yet. With them a rejection is one click, and reads the same for everybody.")),
        _texts(desk, Use.REPLY, _("Texts for replies"),
               _("No texts yet. With them an answer to a buyer is one click.")),
        _members(desk),
        Card(
            "policy", _("What the shop promises"), "scale",
            _("Holds for orders from now on. Orders that were placed before keep what they were bought under."),
            items=[Item(text) for text in promises(shop.policy)], buttons=_present(policy),
        ),
        Card(
            "stock", _("Exchanges and stock"), "box",
            items=[_switch(text, on) for text, on in switches(shop.policy)],
            buttons=_present(policy),
        ),
        _pause(desk, now),
        _keywords(desk),
    ]  # fmt: skip


def _switch(text: str, on: bool) -> Item:
    return Item(text, tag=_("on") if on else _("off"), tone="good" if on else "")


def _present(*buttons: Button | None) -> list[Button]:
    return [button for button in buttons if button]


def _contact(desk: Desk) -> Card:
    shop = desk.shop
    facts = [(_(label), value) for label, value in (
        ("name", shop.name), ("contact person", shop.contact_name), ("contact phone", shop.contact_phone),
        ("contact address", shop.contact_address), ("hotline", shop.hotline),
    )]  # fmt: skip
    warning = "" if shop.hotline else _("Without a hotline buyers find no number where they cannot apply any more.")
    note = _("Buyers see this on their tickets.")
    return Card("contact", _("Contact and hotline"), "headphones", note, facts, warning=warning,
                buttons=_present(desk.verb(shop, "contact")))  # fmt: skip


def _addresses(desk: Desk) -> Card:
    rows = ReturnAddress.objects.filter(shop=desk.shop, active=True).order_by("-is_default", "id")
    items = [
        Item(row.address, f"{row.name} · {row.phone}", _("default") if row.is_default else "", _url(desk, row))
        for row in rows[:20]
    ]
    warning = "" if items else _("Without a return address the clock approves nothing, and buyers cannot send back.")
    return Card("addresses", _("Return addresses"), "map-pin", _("Where buyers send goods back to."), (), items,
                warning=warning, buttons=desk.add(ReturnAddress, _("Add address")))  # fmt: skip


def _url(desk: Desk, row: ReturnAddress) -> str:
    revise = desk.verb(row, "revise")
    return revise.url if revise else ""


def _listed(rows: "QuerySet[Any]") -> tuple[list[Any], str]:
    """The first ones, and how many more there are."""
    first_rows = list(rows[: MAX_ITEMS + 1])
    if len(first_rows) <= MAX_ITEMS:
        return first_rows, ""
    left = rows.count() - MAX_ITEMS
    return first_rows[:MAX_ITEMS], ngettext("and %(n)d more", "and %(n)d more", left) % {"n": left}


def _faq(desk: Desk) -> Card:
    rows, hidden = _listed(Faq.objects.filter(shop=desk.shop))
    items = [Item(row.question, row.answer[:80], url=desk.edit(row)) for row in rows]
    warning = "" if rows else _("No questions yet. Every answer here saves the hotline a call.")
    return Card("faq", _("Questions and answers"), "message-circle", _("In the order in which buyers read them."), (),
                items, hidden, warning, [*desk.add(Faq, _("Add question")), desk.all(Faq)])  # fmt: skip


def _texts(desk: Desk, use: Use, title: str, missing: str) -> Card:
    known = CannedResponse.objects.filter(Q(shop=desk.shop) | Q(shop=None), use=use)  # those of all shops come last
    rows, hidden = _listed(known.order_by("shop_id", "id"))
    items = [
        Item(
            row.title or row.text, row.text if row.title else "", "" if row.shop_id else _("all shops"), desk.edit(row)
        )
        for row in rows
    ]
    buttons = [*desk.add(CannedResponse, _("Add text"), use=use), desk.all(CannedResponse, use__exact=use)]
    return Card(f"texts-{use}", title, "file-text", "", (), items, hidden, "" if rows else missing, buttons)


def _members(desk: Desk) -> Card:
    rows, hidden = _listed(
        Membership.objects.filter(shop=desk.shop).select_related("user", "shop").order_by("-role", "id")
    )
    items = [Item(row.user.display_name, _limit(row), row.get_role_display(), desk.edit(row)) for row in rows]
    return Card("members", _("Members"), "users", _("Who works for the shop, and how much an agent may refund."), (),
                items, hidden, "", [*desk.add(Membership, _("Add member")), desk.all(Membership)])  # fmt: skip


def _limit(member: Membership) -> str:
    if member.role != "agent":
        return ""
    if member.review_limit is None:
        return _("no limit")
    return _("up to %(amount)s") % {"amount": format_money(member.review_limit, DEFAULT_CURRENCY)}


def promises(policy: Policy) -> list[str]:
    """The numbers of a policy in sentences."""
    values = {one.name: getattr(policy, one.attname) for one in Policy._meta.fields}
    sentences = [
        _("Buyers may apply until %(window_days)d days after the order was completed."),
        _("Within %(no_reason_days)d days of receipt they need no reason."),
        _("The shop decides within %(review_hours)d hours; then the clock approves."),
        _("The buyer ships back within %(ship_back_days)d days, or the ticket is closed."),
        _("The shop counts what arrived within %(receive_after_delivery_hours)d hours of the delivery, and at the"
          " latest %(receive_days)d days after the number was given."),
        _("A replacement leaves within %(reship_days)d days, and counts as arrived after"
          " %(replacement_confirm_days)d days."),
        _("After a rejection the buyer has %(rejected_days)d days to apply again."),
        _("An order counts as received %(receipt_days)d days after shipment; an agreed return adds"
          " %(extension_days)d days."),
        _("After %(max_applications)d unsuccessful applications on the same goods the entry is closed."),
        _("Photos are asked for where the reason needs them.") if policy.photos_required
        else _("Photos are never asked for."),
    ]  # fmt: skip
    if policy.return_freight_standard is not None:
        amount = format_money(policy.return_freight_standard, DEFAULT_CURRENCY)
        sentences.append(_("Return freight is repaid up to %(amount)s.") % {"amount": amount})
    return [text % values if "%(" in text else text for text in sentences]


def switches(policy: Policy) -> list[tuple[str, bool]]:
    return [
        (_("Exchange only what is in stock"), policy.exchange_only_in_stock),
        (_("Reserve stock as soon as an exchange is applied for"), policy.exchange_lock_stock),
        (_("Deduct stock for exchanges without a reservation"), policy.exchange_deduct_offline),
    ]


def _pause(desk: Desk, now: datetime) -> Card:
    shop = desk.shop
    starts, ends = shop.pause_starts_at, shop.pause_ends_at
    note = _("No pause is announced. During one, the clocks of all tickets stand still.")
    if starts and ends and ends > now:
        text = _("The clocks stand still until %(ends)s.") if starts <= now else _(
            "The clocks will stand still from %(starts)s until %(ends)s.")  # fmt: skip
        note = text % {"starts": moment(starts), "ends": moment(ends)}
    return Card("pause", _("Holiday pause"), "clock", note,
                buttons=_present(desk.verb(shop, "pause"), desk.verb(shop, "call_off")))  # fmt: skip


def _keywords(desk: Desk) -> Card:
    known = Keyword.objects.filter(Q(shop=desk.shop) | Q(shop=None))  # those of all shops come last
    rows, hidden = _listed(known.order_by("shop_id", "type", "id"))
    items = [
        Item(row.word, row.get_type_display(), "" if row.shop_id else _("all shops"), desk.edit(row))
        for row in rows
    ]  # fmt: skip
    note = _("A word that speaks of another service than the one applied for warns the reviewer.")
    return Card("keywords", _("Keyword alerts"), "bell", note, (), items, hidden, "",
                [*desk.add(Keyword, _("Add keyword")), desk.all(Keyword)])  # fmt: skip
