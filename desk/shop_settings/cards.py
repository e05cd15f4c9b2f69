"""A shop's settings, card by card: what is set, what is missing, and where it is changed.

The admin page that changes a setting says whether the reader may change it.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.advice import SUBJECTS, advice
from accounts.models import Consent, Faq, Membership, Policy, PromotionRefund, Role, Shop
from accounts.shop_settings.payment_page import address_of
from accounts.shop_settings.second_approval import threshold
from aftersales.admin.ticket_columns import LISTING as TICKET_COLUMNS
from aftersales.models import CannedResponse, Keyword, Reason, Use
from kernel.languages import enumerated
from kernel.money import ZERO
from logistics.models import ReturnAddress
from orders.admin.order_columns import LISTING as ORDER_COLUMNS
from refunds import channel_settings
from refunds.merchant_accounts.admin import set_text
from refunds.models import MerchantAccount
from web.admin.parts import moment
from web.money import format_money

from .parts import Button, Card, Desk, Item

MAX_ITEMS = 5


def cards(request: HttpRequest, shop: Shop, now: datetime) -> list[Card]:
    desk = Desk(request, shop)
    policy = desk.verb(shop, "policy")
    return [
        _contact(desk),
        _addresses(desk),
        _advice(desk),
        _payment_page(desk),
        *_accounts(desk),
        _faq(desk),
        _texts(desk, Use.REJECT, _("Texts for rejections"),
               _("No texts yet. They let you reject with one click, in consistent words.")),
        _texts(desk, Use.REPLY, _("Texts for replies"),
               _("No texts yet. They let you reply to buyers with one click.")),
        _members(desk),
        _limits(desk, now),
        Card(
            "policy", _("Your policy"), "scale",
            _("Applies to new orders. Existing orders keep the policy they were placed under."),
            items=[Item(text) for text in promises(shop.policy, shop.currency)], buttons=_present(policy),
        ),
        Card(
            "stock", _("Exchanges and stock"), "box",
            items=[_switch(text, on) for text, on in switches(shop.policy)],
            buttons=_present(policy),
        ),
        _pause(desk, now),
        _reasons(desk),
        _keywords(desk),
        _columns(desk),
    ]  # fmt: skip


def _switch(text: str, on: bool) -> Item:
    return Item(text, tag=_("on") if on else _("off"), tone="good" if on else "")


def _present(*buttons: Button | None) -> list[Button]:
    return [button for button in buttons if button]


def _contact(desk: Desk) -> Card:
    shop = desk.shop
    facts = [(_(label), value) for label, value in (
        ("name", shop.name), ("name in English", shop.name_en), ("contact person", shop.contact_name),
        ("contact phone", shop.contact_phone),
        ("contact address", shop.contact_address), ("hotline", shop.hotline),
    )]  # fmt: skip
    warning = (
        "" if shop.hotline else _("Without a hotline, buyers have no number to call once they can't send requests.")
    )
    note = _("Buyers see this on their tickets.")
    return Card("contact", _("Contact and hotline"), "headphones", note, facts, warning=warning,
                buttons=_present(desk.verb(shop, "contact")))  # fmt: skip


def _addresses(desk: Desk) -> Card:
    rows = ReturnAddress.objects.filter(shop=desk.shop, active=True).order_by("-is_default", "id")
    items = [
        Item(row.address, f"{row.name} · {row.phone}", _("default") if row.is_default else "", _url(desk, row))
        for row in rows[:20]
    ]
    warning = (
        ""
        if items
        else _("Without a return address, nothing is approved automatically and buyers can't send goods back.")
    )
    return Card("addresses", _("Return addresses"), "map-pin", _("Where buyers send goods."), (), items,
                warning=warning, buttons=desk.add(ReturnAddress, _("Add address")))  # fmt: skip


def _url(desk: Desk, row: ReturnAddress | MerchantAccount) -> str:
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
    items = [Item(row.shown_question, row.shown_answer[:80], url=desk.edit(row)) for row in rows]
    warning = "" if rows else _("No questions yet. Each answer here saves a call to your hotline.")
    return Card("faq", _("Questions and answers"), "message-circle", _("In the order buyers see them."), (),
                items, hidden, warning, [*desk.add(Faq, _("Add question")), desk.all(Faq)])  # fmt: skip


def _texts(desk: Desk, use: Use, title: str, missing: str) -> Card:
    known = CannedResponse.objects.filter(Q(shop=desk.shop) | Q(shop=None), use=use)  # those of all shops come last
    rows, hidden = _listed(known.order_by("shop_id", "id"))
    items = [
        Item(title, "" if title == text else text, "" if row.shop_id else _("all shops"), desk.edit(row))
        for row, title, text in ((row, str(row), row.shown_text) for row in rows)
    ]
    buttons = [*desk.add(CannedResponse, _("Add text"), use=use), desk.all(CannedResponse, use__exact=use)]
    return Card(f"texts-{use}", title, "file-text", "", (), items, hidden, "" if rows else missing, buttons)


def _members(desk: Desk) -> Card:
    rows, hidden = _listed(
        Membership.objects.filter(shop=desk.shop).select_related("user", "shop").order_by("-role", "id")
    )
    items = [Item(row.user.display_name, _limit(row), _role(row), desk.edit(row)) for row in rows]
    return Card("members", _("Members"), "users", _("Who works for the shop and how much each agent can give away."),
                (), items, hidden, "", [*desk.add(Membership, _("Add member")), desk.all(Membership)])  # fmt: skip


def _limits(desk: Desk, now: datetime) -> Card:
    """Four eyes: above which amount two people decide, and what counts from when."""
    shop, money = desk.shop, desk.shop.currency
    present = threshold(shop, now)
    note = (
        _("One person decides, whatever the amount.")
        if present is None
        else _("Above %(amount)s on an order, two people decide.") % {"amount": format_money(present, money)}
    )
    warning = ""
    if shop.second_approval_since is not None and now < shop.second_approval_since:
        later = shop.second_approval_above
        texts = {"since": str(moment(shop.second_approval_since))}
        warning = (
            _("From %(since)s, one person decides.") % texts
            if later is None
            else _("From %(since)s, above %(amount)s.") % {**texts, "amount": format_money(later, money)}
        )
    return Card("second-approval", _("Two people for large amounts"), "users", note, warning=warning,
                buttons=_present(desk.verb(shop, "second_approval")))  # fmt: skip


def _role(member: Membership) -> str:
    role = member.get_role_display()
    return role if member.accepted_at else f"{role} · {member.state_label}"


def _limit(member: Membership) -> str:
    limits, currency = [], member.shop.currency
    if member.role == Role.AGENT:
        amount = member.review_limit or ZERO
        limits.append(_("up to %(amount)s per order") % {"amount": format_money(amount, currency)})
    if member.daily_limit is not None:
        limits.append(_("up to %(amount)s per day") % {"amount": format_money(member.daily_limit, currency)})
    return " · ".join(limits)


def promises(policy: Policy, currency: str) -> list[str]:
    """The numbers of a policy in sentences. `currency`: the shop's."""
    values = {one.name: getattr(policy, one.attname) for one in Policy._meta.fields}
    sentences = [
        _("Buyers can send requests until %(window_days)d days after the order is completed."),
        _("Within %(no_reason_days)d days of delivery, they don't need a reason."),
        _("You review requests within %(review_hours)d hours. After that, they're approved automatically."),
        _("Buyers send goods back within %(ship_back_days)d days, or the ticket is closed."),
        _("You receive returns within %(receive_after_delivery_hours)d hours of delivery, and within "
          "%(receive_days)d days of the tracking number at the latest."),
        _("You send replacements within %(reship_days)d days. They count as arrived after "
          "%(replacement_confirm_days)d days."),
        _("After a rejection, buyers have %(rejected_days)d days to send a new request."),
        _("Orders are confirmed automatically %(receipt_days)d days after shipping. An approved return adds "
          "%(extension_days)d days."),
        _("After %(max_applications)d unsuccessful requests for the same goods, buyers can't send more."),
        _("Photos are required when the reason needs them.") if policy.photos_required
        else _("Photos are never required."),
    ]  # fmt: skip
    if policy.consent == Consent.NOTE:
        sentences.append(_("You can pay less with a note of how the buyer agreed. They can object for 7 days."))
    if policy.promotion_refund == PromotionRefund.RECALCULATE:
        sentences.append(_("If a return breaks a promotion, you refund what was paid minus the price of what's kept."))
    if policy.return_freight_standard is not None:
        amount = format_money(policy.return_freight_standard, currency)
        sentences.append(_("You reimburse return shipping up to %(amount)s.") % {"amount": amount})
    return [text % values if "%(" in text else text for text in sentences]


def switches(policy: Policy) -> list[tuple[str, bool]]:
    return [
        (_("Only exchange for items in stock"), policy.exchange_only_in_stock),
        (_("Reserve stock as soon as an exchange is requested"), policy.exchange_lock_stock),
        (_("Reduce stock for exchanges without a reservation"), policy.exchange_deduct_offline),
        (_("Deduct shipping when free shipping is lost"), policy.free_shipping_deducted),
    ]


def _pause(desk: Desk, now: datetime) -> Card:
    shop = desk.shop
    starts, ends = shop.pause_starts_at, shop.pause_ends_at
    note = _("No pause announced. During a pause, the deadlines of all tickets are paused.")
    if starts and ends and ends > now:
        text = _("Deadlines are paused until %(ends)s.") if starts <= now else _(
            "Deadlines will be paused from %(starts)s to %(ends)s.")  # fmt: skip
        note = text % {"starts": moment(starts), "ends": moment(ends)}
    return Card("pause", _("Holiday pause"), "clock", note,
                buttons=_present(desk.verb(shop, "pause"), desk.verb(shop, "call_off")))  # fmt: skip


def _advice(desk: Desk) -> Card:
    items = [Item(advice(desk.shop, subject)) for subject in SUBJECTS]
    return Card("advice", _("Advice to buyers"), "file-text",
                _("What isn't a quality problem, and when to refuse a parcel."), items=items,
                buttons=_present(desk.verb(desk.shop, "advice")))  # fmt: skip


def _payment_page(desk: Desk) -> Card:
    url = address_of(desk.shop)
    warning = "" if url else _("Not set: who owes a difference or an order reads how to reach the shop.")
    return Card("payment", _("Payment page"), "wallet",
                _("Where buyers pay the difference of an exchange, and orders that are not paid yet."),
                items=[Item(url)] if url else [], warning=warning,
                buttons=_present(desk.verb(desk.shop, "payment_page")))  # fmt: skip


def _accounts(desk: Desk) -> list[Card]:
    """Only for those who may change them."""
    buttons = _present(*(desk.verb(desk.shop, f"add_{channel}") for channel in channel_settings.REQUIRED))
    if not buttons:
        return []
    rows = MerchantAccount.objects.filter(shop_id=desk.shop.pk).defer("secrets").order_by("channel", "-active", "pk")
    items = [
        Item(str(row), set_text(row), _("in use") if row.active else _("off"),
             _url(desk, row), "good" if row.active else "", desk.verb(row, "check"))
        for row in rows
    ]  # fmt: skip
    note = _(
        "Each payment goes back through the account that took it. Where a channel has none, that of the installation is"
        " used."
    )
    return [Card("accounts", _("Merchant accounts"), "banknote", note, (), items, buttons=buttons)]


def _reasons(desk: Desk) -> Card:
    rows, hidden = _listed(Reason.objects.filter(shop=desk.shop))
    items = [
        Item(row.label, row.get_type_display(), "" if row.active else _("off"), desk.edit(row)) for row in rows
    ]  # fmt: skip
    note = _("In addition to the shared reasons. One with the code of a shared reason replaces it here.")
    return Card("reasons", _("Reasons of this shop"), "list-checks", note, (), items, hidden, "",
                [*desk.add(Reason, _("Add reason")), desk.all(Reason)])  # fmt: skip


def _keywords(desk: Desk) -> Card:
    known = Keyword.objects.filter(Q(shop=desk.shop) | Q(shop=None))  # those of all shops come last
    rows, hidden = _listed(known.order_by("shop_id", "type", "id"))
    items = [
        Item(row.word, row.get_type_display(), "" if row.shop_id else _("all shops"), desk.edit(row))
        for row in rows
    ]  # fmt: skip
    note = _("Reviewers are warned if a description contains a word for a different service.")
    return Card("keywords", _("Keyword alerts"), "bell", note, (), items, hidden, "",
                [*desk.add(Keyword, _("Add keyword")), desk.all(Keyword)])  # fmt: skip


def _columns(desk: Desk) -> Card:
    facts = [
        (str(title), enumerated(listing.labels[name] for name in listing.of([desk.shop])))
        for title, listing in ((_("Tickets"), TICKET_COLUMNS), (_("Orders"), ORDER_COLUMNS))
    ]
    buttons = _present(desk.verb(desk.shop, "ticket_columns"), desk.verb(desk.shop, "order_columns"))
    return Card("columns", _("Columns of the lists"), "list-checks", "", facts, buttons=buttons)
