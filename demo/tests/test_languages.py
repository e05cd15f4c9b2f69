"""Every kind of page of the demo in both languages: nothing on it is left over from the other one."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import Client, override_settings

from accounts.models import User
from aftersales.models import Ticket
from orders.models import Order
from tests.fixtures import fill_reference_data
from tests.leftovers import in_chinese, in_english, names, texts
from tests.visits import opened, visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("reference_data"),
    pytest.mark.slow,
    pytest.mark.once,
]
Check = Callable[[str, "re.Pattern[str]"], str]
LANGUAGES: dict[str, Check] = {"zh-hans": in_chinese, "en": in_english}

# What people and programs write, each in their own language: table → columns.
WRITTEN = {
    "accounts.user": ("username",),
    "accounts.shop": ("code", "contact_name", "contact_address"),
    "accounts.policy": ("collect_couriers",),
    "aftersales.message": ("text",),
    "aftersales.ticket": ("description", "rejection_reason"),
    "kernel.history": ("note",),
    "logistics.parcelevent": ("text",),
    "logistics.returnaddress": ("name", "address"),
    "orders.order": ("receiver_name", "receiver_address", "close_reason"),
    "orders.sku": ("code",),
    "refunds.chargeback": ("chargeback_no", "reason"),
    "refunds.payable": ("ground", "proof"),
    "refunds.refund": ("last_error",),
}
# What a shop keeps stands on these pages as it is, in both languages: its texts, and the words and codes that programs
# know it by.
KEPT = re.compile(
    r"/admin/(changes|settings|aftersales/(reason|keyword)|orders/(sku/\d+|warrantyterm)|aftersales/cannedresponse/\d+|"
    r"accounts/(shop|faq|holiday)/\d+)/"
)
CODES = {
    "aftersales.keyword": ("word",),
    "aftersales.reason": ("code",),
    "orders.sku": ("category",),
    "orders.warrantyterm": ("category",),
}
# One page that speaks both, for when there is no network.
BOTH = "/offline/"
BUYER = "alice"
# A manager, support and the administrator; in the language of most of them an agent too, who reads less of the same.
DESK = {"zh-hans": ("mei", "wen", "song", "root"), "en": ("mei", "song", "root")}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Seeded once for both languages."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        fill_reference_data()
        try:
            call_command("seed_demo", force=True)
            yield
        finally:  # nobody else's rows, also where seeding has failed
            call_command("flush", interactive=False, reset_sequences=False, verbosity=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_leftovers(language: str, demo: None) -> None:
    written, kept = names(_values(WRITTEN)), names([*_values(WRITTEN), *_values(CODES), *_in_two_languages()])
    check = cache(LANGUAGES[language])  # most texts stand on most pages
    faults, pages = dict[str, str](), 0
    for who, url, page in _pages(language):
        pages += 1
        for text in texts(page):
            fault = check(text, kept if KEPT.match(url) else written)
            if fault:
                faults.setdefault(f"{fault} | {text[:200]}", f"{who} {url}")
    assert not faults, "\n".join(f"{fault} ({where})" for fault, where in faults.items())
    assert pages > 300


def _pages(language: str) -> Iterator[tuple[str, str, str]]:
    for who, roots in _roots(language).items():
        client = Client(headers={"accept-language": language})
        if who:
            user = User.objects.get(username=who)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        # Links of other buyers' pages lead to pages of the same kinds.
        pages = visit(client, *roots) if who in ("", BUYER, *DESK[language]) else opened(client, *roots)
        for url, page in pages:
            if BOTH not in url:
                yield who, url, page


def _roots(language: str) -> dict[str, list[str]]:
    """Who → where they begin: with a ticket of each type and status, and an order of each."""
    tickets = list(
        Ticket.objects.order_by("type", "status", "pk").distinct("type", "status").select_related("buyer", "shop")
    )
    orders = Order.objects.order_by("status", "fulfilment", "pk").distinct("status", "fulfilment")
    roots = {"": ["/login/", "/help/", "/nothing-here/"], BUYER: ["/", "/nothing-here/"]}
    for ticket in tickets:
        roots.setdefault(ticket.buyer.username, []).append(f"/tickets/{ticket.ticket_no}/")
    for order in orders.select_related("buyer"):
        own = roots.setdefault(order.buyer.username, [])
        own += [f"/orders/{order.order_no}/", f"/orders/{order.order_no}/apply/"]
    roots |= {who: ["/admin/"] for who in DESK[language]}
    roots["mei"] += ["/", "/admin/nothing-here/"]
    roots["mei"] += [
        f"/admin/aftersales/ticket/{ticket.pk}/change/" for ticket in tickets if ticket.shop.code == "lantern"
    ]
    return roots


def _values(columns_by_table: Mapping[str, tuple[str, ...]]) -> list[str]:
    rows = [apps.get_model(table).objects.values_list(*columns) for table, columns in columns_by_table.items()]
    return [value for values in rows for row in values for value in row if value]


def _in_two_languages() -> Iterator[str]:
    """All columns of a table that has some in two languages."""
    for model in apps.get_models():
        columns = {field.name for field in model._meta.fields if isinstance(field, CharField | TextField)}
        if any(name.endswith("_en") for name in columns):
            yield from (value for row in model._default_manager.values_list(*columns) for value in row if value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("同意: 5 tickets", "English: tickets"),
        ("增加 成员", "a space between two characters"),
        ("已受理。 请等待", "a space between two characters"),
        ("同意: 5 张", "half-width punctuation"),
        ("元旦 (三天)", "half-width punctuation"),
        ("订单 DEMO-1001, 灯笼家居", "half-width punctuation"),
        ("rule", "English: rule"),
        ("订单 DEMO-1001 由 mei 于 12:30 完成，共 ¥1,299.00。", ""),
        ("CSV 或 .xlsx，最多 8 MB", ""),
    ],
)
def test_leftovers_in_chinese_are_noticed(text: str, fault: str) -> None:
    assert in_chinese(text, names(["mei"])) == fault


def test_leftovers_in_english_are_noticed() -> None:
    assert in_english("Warranty (三包), days", names([])) == "Chinese: 三包"
    assert in_english("Deliver to 艾丽", names(["艾丽"])) == ""


def test_what_is_marked_is_passed_over() -> None:
    page = '<html lang="zh-hans"><p title="名称">甲<code>rule</code><b lang="en">Rule</b><i translate="no">x</i>乙</p>'
    assert list(texts(page)) == ["名称", "甲", "乙"]
