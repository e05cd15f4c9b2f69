"""三包 by category (D-8): the law's rows, a shop's kinder ones, and what a line keeps of them."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kernel.errors import Forbidden, Invalid
from kernel.models import Change
from orders import services
from orders.importing import Target, import_file
from orders.importing.columns import HEADER
from orders.models import Order, OrderLine, WarrantyTerm
from orders.warranty.services import remove_terms, set_terms
from orders.warranty.terms import Terms, terms_of
from tests.fixtures import Login
from tests.world import DAY, NOW, SECOND, World

KIND = {"return_days": 10, "exchange_days": 20, "repair_days": 400}
PAST = dict.fromkeys(HEADER, "") | {
    "placed_at": "2025-03-01T10:00:00+08:00", "buyer": "alice", "title": "Goods", "unit_price": "10.00",
    "quantity": "1", "status": "pending_payment",
}  # fmt: skip
WHOLE, PARTS = (7, 15, 365), (7, 15, 730)


def days_of(line: OrderLine) -> tuple[int, int, int]:
    return line.warranty_return_days, line.warranty_exchange_days, line.warranty_days


def sold(world: World, category: str = "", **flags: Any) -> OrderLine:
    world.sku("TEE", category=category, **flags)
    return world.place_order(lines=[("TEE", "99.00", 1)]).lines.get()


def own(world: World, category: str = "laptops", **days: int) -> WarrantyTerm:
    return set_terms(world.lantern, category, {**KIND, **days}, actor=world.actor("mei"))


@pytest.mark.parametrize(
    ("category", "days"),
    [
        ("whole machine", WHOLE), ("整机", WHOLE), (" Whole Machine ", WHOLE), ("main computer parts", PARTS),
        ("电脑主要部件", PARTS), ("apparel", (0, 0, 0)), ("", (0, 0, 0)),
    ],
)  # fmt: skip
def test_the_law_by_category(world: World, category: str, days: tuple[int, int, int]) -> None:
    assert days_of(sold(world, category)) == days


@pytest.mark.parametrize(("of_sku", "days"), [(30, 365), (365, 365), (1000, 1000)])
def test_the_longer_of_sku_and_category(world: World, of_sku: int, days: int) -> None:
    assert sold(world, "whole machine", warranty_days=of_sku).warranty_days == days


def test_a_shops_own(world: World) -> None:
    own(world)
    own(world, "Whole Machine")
    assert days_of(sold(world, "Laptops")) == days_of(sold(world, "whole machine")) == (10, 20, 400)
    assert terms_of(world.harbor.pk, ["laptops", "whole machine"]) == {"whole machine": Terms(*WHOLE)}


def test_a_line_keeps_what_it_was_sold_with(world: World) -> None:
    row = own(world)
    line = sold(world, "laptops")
    own(world, repair_days=1000)
    remove_terms(row, actor=world.actor("mei"))
    line.refresh_from_db()
    assert days_of(line) == (10, 20, 400)
    assert days_of(sold(world, "laptops")) == (0, 0, 0)


def test_a_law_that_became_stricter_holds_for_every_shop(world: World) -> None:
    own(world, "whole machine", repair_days=365)
    WarrantyTerm.objects.filter(shop=None, category="whole machine").update(repair_days=730)
    assert sold(world, "whole machine").warranty_days == 730


@pytest.mark.parametrize(
    ("category", "wrong"),
    [
        ("laptops", {"return_days": 6}), ("laptops", {"exchange_days": 14}), ("laptops", {"exchange_days": 9}),
        ("laptops", {"repair_days": 19}), ("laptops", {"repair_days": 3661}), ("whole machine", {"repair_days": 364}),
        ("整机", {"repair_days": 364}), ("main computer parts", {"repair_days": 729}), ("", {}),
    ],
)  # fmt: skip
def test_a_shop_is_never_less_kind_than_the_law(world: World, category: str, wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        own(world, category, **wrong)
    assert list(refused.value.errors or {}) == (list(wrong) or ["category"])
    assert not WarrantyTerm.objects.exclude(shop=None).exists()


@pytest.mark.parametrize(
    ("category", "days"),
    [
        ("laptops", (6, 15, 365)), ("laptops", (7, 14, 365)), ("laptops", (20, 15, 365)), ("laptops", (7, 15, 14)),
        ("laptops", (7, 15, 3661)), ("whole machine", (7, 15, 364)), ("main computer parts", (7, 15, 729)),
    ],
)  # fmt: skip
def test_nor_is_the_database(world: World, category: str, days: tuple[int, int, int]) -> None:
    numbers = dict(zip(KIND, days, strict=True))
    with pytest.raises(IntegrityError), transaction.atomic():
        WarrantyTerm.objects.create(shop=world.lantern, category=category, **numbers)
    kind = WarrantyTerm.objects.create(shop=world.lantern, category=category, **KIND | {"repair_days": 800})
    with pytest.raises(IntegrityError), transaction.atomic():
        WarrantyTerm.objects.filter(pk=kind.pk).update(**numbers)
    with pytest.raises(IntegrityError), transaction.atomic():
        WarrantyTerm.objects.create(shop=world.lantern, category=category, **KIND | {"repair_days": 800})


@pytest.mark.parametrize("who", ["wen", "oms", "alice", "sun"])
def test_only_the_shops_manager(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        set_terms(world.lantern, "laptops", KIND, actor=world.actor(who))


def test_every_change_has_its_history(world: World) -> None:
    row = own(world)
    own(world, repair_days=500)
    own(world, repair_days=500)  # nothing new
    remove_terms(row, actor=world.actor("mei"))
    told = Change.objects.filter(subject="warranty").order_by("id").values_list("action", "label", "fields")
    assert [(action, label, fields.get("repair_days")) for action, label, fields in told] == [
        ("add", "laptops", [None, 400]), ("change", "laptops", [400, 500]), ("remove", "laptops", [500, None]),
    ]  # fmt: skip


def test_an_import_freezes_the_same(world: World, tmp_path: Any) -> None:
    own(world)
    world.sku("BOOK", category="laptops", warranty_days=9)
    world.sku("LONG", category="整机", warranty_days=999)
    goods = [("BOOK", "Laptops"), ("PC", "整机"), ("SHIRT", "apparel"), ("LONG", "整机")]
    path = tmp_path / "orders.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        for number, (sku, category) in enumerate(goods):
            writer.writerow(PAST | {"order_no": f"I-{number}", "sku": sku, "category": category})
    import_file(path, Target(world.lantern, world.now), dry_run=False)
    lines = OrderLine.objects.filter(order__order_no__startswith="I-").order_by("order__order_no")
    assert [days_of(line) for line in lines] == [(10, 20, 400), WHOLE, (0, 0, 0), (7, 15, 999)]


PAGE = "admin:orders_warrantyterm_"


def test_the_desk(world: World, client: Client) -> None:
    client.force_login(world.mei)
    add = {"shop": world.lantern.pk, "category": "Laptops", "return_days": 10, "exchange_days": 20, "repair_days": 400}
    assert client.post(reverse(f"{PAGE}add"), add).status_code == 302
    row = WarrantyTerm.objects.get(shop=world.lantern)
    assert row.category == "laptops"
    again = client.post(reverse(f"{PAGE}add"), add, headers={"Accept-Language": "en"})
    assert "already has this category" in again.content.decode()
    change = reverse(f"{PAGE}change", args=[row.pk])
    less = client.post(change, {"return_days": 6, "exchange_days": 20, "repair_days": 400})
    assert less.status_code == 200
    assert client.post(change, {"return_days": 10, "exchange_days": 20, "repair_days": 500}).status_code == 302
    row.refresh_from_db()
    assert row.repair_days == 500
    text = client.get(reverse(f"{PAGE}changelist"), headers={"Accept-Language": "en"}).content.decode()
    assert "whole machine" in text
    assert "return 7 · exchange 15 · repair 365" in text
    assert "laptops" in text
    assert client.post(reverse(f"{PAGE}delete", args=[row.pk]), {"post": "yes"}).status_code == 302
    assert Change.objects.filter(subject="warranty").count() == 3


@pytest.mark.parametrize("who", ["wen", "sun", "song", "rui"])
def test_others_set_nothing(world: World, client: Client, who: str) -> None:
    row = own(world)
    client.force_login(world.users[who])
    before = WarrantyTerm.objects.count()
    law = WarrantyTerm.objects.get(shop=None, category="whole machine")
    for pk in (row.pk, law.pk):
        numbers = {"return_days": 10, "exchange_days": 20, "repair_days": 900}
        answer = client.post(reverse(f"{PAGE}change", args=[pk]), numbers)
        assert answer.status_code in (302, 403, 404)
        assert client.post(reverse(f"{PAGE}delete", args=[pk]), {"post": "yes"}).status_code in (302, 403, 404)
    pcs = {"shop": world.lantern.pk, "category": "pcs", "return_days": 10, "exchange_days": 20, "repair_days": 900}
    client.post(reverse(f"{PAGE}add"), pcs)
    client.post(reverse(f"{PAGE}add"), {**pcs, "shop": ""})
    assert WarrantyTerm.objects.count() == before
    assert not WarrantyTerm.objects.filter(repair_days=900).exists()


def test_nobody_changes_the_law_at_the_desk(world: World, client: Client) -> None:
    root = world.users["song"]
    root.is_superuser, root.support_role = True, ""
    root.save()
    client.force_login(root)
    law = WarrantyTerm.objects.get(shop=None, category="whole machine")
    client.post(reverse(f"{PAGE}change", args=[law.pk]), {"return_days": 9, "exchange_days": 20, "repair_days": 900})
    client.post(reverse(f"{PAGE}delete", args=[law.pk]), {"post": "yes"})
    law.refresh_from_db()
    assert law.repair_days == 365


def delivered(world: World, **flags: Any) -> tuple[Order, OrderLine]:
    world.sku("TEE", warranty_days=365)
    order = world.delivered(lines=[("TEE", "99.00", 1), ("CAP", "9.00", 1)], **flags)
    return order, order.lines.get(sku__code="TEE")


def test_it_runs_from_the_installation_where_that_is_told(world: World) -> None:
    """D-5; later is kinder, and nobody shortens what was told."""
    order, line = delivered(world)
    assert line.warranty_from == NOW
    for who, day in (("oms", 5), ("mei", 8)):
        services.install(order, installed_at=NOW + day * DAY, actor=world.actor(who), now=NOW + 9 * DAY)
        line.refresh_from_db()
        assert line.warranty_from == NOW + day * DAY
    assert order.lines.get(sku__code="CAP").installed_at is None
    told = [row.data for row in order.history().filter(action="install")]
    assert told[-1] == {"lines": [line.pk], "installed_at": (NOW + 8 * DAY).isoformat()}


@pytest.mark.parametrize("off", [-SECOND, 8 * DAY + SECOND])
def test_when_it_cannot_have_been_installed(world: World, off: timedelta) -> None:
    order, line = delivered(world)
    with pytest.raises(Invalid) as refused:
        services.install(order, installed_at=NOW + off, actor=world.actor("mei"), now=NOW + 8 * DAY)
    assert list(refused.value.errors or {}) == ["installed_at"]
    services.install(order, installed_at=NOW + 8 * DAY, actor=world.actor("mei"), now=NOW + 8 * DAY)
    with pytest.raises(Invalid):  # not shortened
        services.install(order, installed_at=NOW + 8 * DAY - SECOND, actor=world.actor("mei"), now=NOW + 9 * DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(installed_at=NOW - SECOND)


def test_which_lines_may_be_installed(world: World) -> None:
    order, _line = delivered(world)
    cap = order.lines.get(sku__code="CAP")
    other = delivered(world)[1]
    for lines in ([cap.pk], [other.pk], [0]):
        with pytest.raises(Invalid) as refused:
            services.install(order, lines=lines, actor=world.actor("mei"), now=NOW)
        assert list(refused.value.errors or {}) == ["lines"]
    with pytest.raises(Invalid):
        services.install(world.shipped(), actor=world.actor("mei"), now=NOW)


def test_installation_over_http(world: World, api: Login) -> None:
    order, line = delivered(world)
    path = f"/api/v1/orders/{order.order_no}/"
    assert "install" in api("oms").get(path).json()["allowed_actions"]
    body = {"installed_at": (NOW + DAY).isoformat(), "lines": [line.pk]}
    assert api("alice").post(f"{path}install/", body, format="json").status_code == 403
    answer = api("oms").post(f"{path}install/", body, format="json")
    assert answer.status_code == 200
    assert answer.json()["lines"][0]["installed_at"] == "2026-03-03T10:00:00+08:00"
    assert "install" not in answer.json()["allowed_actions"]
    assert api("oms").post(f"{path}install/", {"lines": "x"}, format="json").status_code == 400
