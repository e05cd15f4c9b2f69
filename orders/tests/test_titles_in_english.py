"""A shop may keep what its goods are called in Chinese and in English: each reader gets their own, else the other."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from orders.api.filters import searched
from orders.models import Order, OrderLine, Sku
from orders.services.replacing import _TEXTS
from tests.world import World

from .test_api import BODY

LAMP = {"title": "床头灯", "title_en": "Bedside lamp", "spec": "小号", "spec_en": "Small"}


def placed(api: Any, order_no: str, line: dict[str, str]) -> dict[str, Any]:
    line_of_body = {name: value for name, value in BODY["lines"][0].items() if name not in LAMP}
    body = BODY | {"order_no": order_no, "lines": [line_of_body | line]}
    body["payments"] = [BODY["payments"][0] | {"transaction_no": f"PAY-{order_no}"}]
    answer = api("oms").post("/api/v1/orders/", body, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


@pytest.mark.parametrize(("language", "words"), [("en", "Bedside lamp Small"), ("zh-hans", "床头灯 小号")])
def test_everybody_reads_their_own(world: World, api: Any, language: str, words: str) -> None:
    placed(api, "L-1", LAMP)
    line = api("alice").get("/api/v1/orders/L-1/", HTTP_ACCEPT_LANGUAGE=language).json()["lines"][0]
    assert f"{line['title']} {line['spec']}" == words
    with translation.override(language):
        assert str(OrderLine.objects.get()).startswith(words.split(" S")[0].split(" 小")[0])


@pytest.mark.parametrize("only", ["title", "title_en"])
def test_the_other_one_stands_in(only: str) -> None:
    sku = Sku(**{only: LAMP[only]})
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert (sku.shown_title, sku.shown_spec) == (LAMP[only], "")


def test_a_line_is_called_in_english_as_its_sku_is(world: World, api: Any) -> None:
    Sku.objects.create(shop=world.lantern, code="TEE-RED-M", price=1, **LAMP)
    placed(api, "L-1", {})
    placed(api, "L-2", {"title": "床头灯", "spec": "大号"})
    placed(api, "L-3", {"title": "台灯", "title_en": "Desk lamp"})
    rows = OrderLine.objects.order_by("order__order_no").values_list("title_en", "spec_en")
    assert list(rows) == [("Bedside lamp", "Small"), ("Bedside lamp", ""), ("Desk lamp", "Small")]


def test_the_same_order_without_english_stays_the_same(world: World, api: Any) -> None:
    placed(api, "L-1", {"title": "床头灯"})
    again = BODY | {"order_no": "L-1", "payments": [BODY["payments"][0] | {"transaction_no": "PAY-L-1"}]}
    line = {name: value for name, value in BODY["lines"][0].items() if name not in LAMP} | {"title": "床头灯"}
    for extra, status in (({"title_en": ""}, 200), ({"title_en": "Lamp"}, 409)):
        answer = api("oms").post("/api/v1/orders/", again | {"lines": [line | extra]}, format="json")
        assert answer.status_code == status


def test_a_program_keeps_both(world: World, api: Any) -> None:
    put = api("oms").put("/api/v1/skus/LAMP/?shop=lantern", LAMP, format="json")
    assert put.status_code in (200, 201), put.content
    assert put.json() | LAMP == put.json()


def test_a_replacement_takes_both_along() -> None:
    assert set(LAMP) <= set(_TEXTS)


def test_both_are_searched(world: World, api: Any) -> None:
    placed(api, "L-1", LAMP)
    for words, found in (("bedside", 1), ("床头", 1), ("台灯", 0)):
        assert searched(Order.objects.all(), words).count() == found


# Where rows of the database are shown. An answer of the API has picked already.
SHOWN_IN = ("aftersales", "desk", "logistics/admin", "orders/admin", "storefront", "templates")
BARE = re.compile(r"\b(?:line|sku)\.(?:title|spec)\b|\bshop\.name\b")
# Written down, not shown; compared; answers of the API; the list that a shop fills in and brings back.
KNOWN = {
    "aftersales/selectors/preview.py", "aftersales/services/pauses.py", "desk/shipping/views.py",
    "desk/shop_settings/cards.py", "templates/storefront/orders", "templates/storefront/slip.html",
    "templates/storefront/tickets",
}  # fmt: skip


def test_no_page_shows_the_bare_column() -> None:
    root = Path(settings.BASE_DIR)
    files = [path for app in SHOWN_IN for end in ("*.py", "*.html") for path in (root / app).rglob(end)]
    found = {str(path.relative_to(root)) for path in files if BARE.search(path.read_text(encoding="utf-8"))}
    shown = {path for path in found if "/tests/" not in path and not path.startswith(tuple(KNOWN))}
    assert shown == set()
