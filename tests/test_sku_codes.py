"""One SKU however its code is spelled (contract §5): over the API, in orders, imports and exchanges."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from aftersales.rules.application import Application, LineRequest
from aftersales.services import apply
from logistics.tests.test_import_orders import text_of, unpaid
from orders import services as orders
from orders.importing import Target, import_file
from orders.models import OrderLine, Sku
from orders.services import skus

from .desk import Desk
from .fixtures import Login
from .migrating import before
from .threads import dismissed, race
from .world import NOW, World

__all__ = ["dismissed"]
SPELLED = ["AB-12", "ab12", "ＡＢ１２", " a B 1 2 ", "ab‑12\u200b"]


def url(code: str, what: str = "") -> str:
    return f"/api/v1/skus/{code}/{what}?shop=lantern"


def order_of(world: World, code: str, **more: Any) -> Any:
    return world.place_order(lines=[(code, "99.00", 1)], **more)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", SPELLED)
def test_the_api_knows_it_by_any_spelling(world: World, api: Login, typed: str) -> None:
    client = api("oms")
    assert client.put(url("AB-12"), {"title": "Lamp", "price": "9.00"}, format="json").status_code == 201
    again = client.put(url(typed), {"title": "Paper lamp"}, format="json")
    assert (again.status_code, again.json()["sku"], again.json()["title"]) == (200, "AB-12", "Paper lamp")
    assert client.get(url(typed)).json()["price"] == "9.00"
    assert client.put(url(typed, "stock/"), {"on_hand": 5}, format="json").status_code == 200
    assert client.get(url("AB-12", "stock/")).json()["on_hand"] == 5
    assert Sku.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("typed", SPELLED)
def test_an_order_sells_what_is_known(world: World, typed: str) -> None:
    sku = world.sku("AB-12")
    order_of(world, typed.strip())
    assert OrderLine.objects.get().sku_id == sku.pk
    assert Sku.objects.count() == 1


@pytest.mark.django_db
def test_new_goods_of_one_order_in_two_spellings_are_one(world: World) -> None:
    world.place_order(lines=[("AB-12", "99.00", 1), ("ab12", "99.00", 1)])
    assert Sku.objects.count() == 1
    assert {line.sku_id for line in OrderLine.objects.all()} == {Sku.objects.get().pk}


@pytest.mark.django_db
def test_an_import_sells_what_is_known(world: World, tmp_path: Path) -> None:
    sku = world.sku("AB-12")
    path = tmp_path / "orders.csv"
    rows = [unpaid(order_no=f"P-{n}", sku=code.strip()) for n, code in enumerate([*SPELLED, "CUP", "c-u-p"])]
    path.write_text(text_of(rows))
    assert import_file(path, Target(world.lantern, timezone.now()), dry_run=False).orders == len(rows)
    assert set(Sku.objects.values_list("code", flat=True)) == {"AB-12", "CUP"}
    assert OrderLine.objects.filter(sku=sku).count() == len(SPELLED)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["big2", "ＢＩＧ－２"])
def test_an_exchange_finds_it(world: World, typed: str) -> None:
    sku = world.sku("BIG-2", price="99.00", on_hand=3)
    desk = Desk(world)
    order = world.delivered()
    wanted = (LineRequest(order.lines.get().pk, 1, typed),)
    wish = Application("exchange", "wrong_choice", wanted, evidence=(desk.photo(),))
    ticket = apply(order, wish, actor=desk.buyer, now=NOW)
    assert ticket.lines.get().exchange_sku_id == sku.pk


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["KIRMIZI-İ1", "ΟΔΟΣ", "ẞ1", "ǅ-1"])
def test_letters_whose_small_form_is_special(world: World, api: Login, code: str) -> None:
    """Where `str.lower` and the database differ, nothing was found of what is there."""
    client = api("oms")
    for status in (201, 200):
        assert client.put(url(code), {"title": "Lamp"}, format="json").status_code == status
    order_of(world, code)
    assert OrderLine.objects.get().sku.code == code


@pytest.mark.django_db
def test_the_database_allows_one(world: World) -> None:
    world.sku("AB-12")
    for code in ("AB-12", "ab12"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sku.objects.create(shop=world.lantern, code=code)
    Sku.objects.create(shop=world.harbor, code="ab12")


@pytest.mark.django_db
def test_older_ones_are_each_known_to_the_letter(world: World) -> None:
    first, second = world.sku("AB-12"), Sku.objects.create(shop=world.lantern, code="ab12", spelling=1)
    named = skus.by_codes(world.lantern.pk, ["AB-12", "ab12", "Ab 12", "CD"])
    assert named == {"AB-12": first, "ab12": second, "Ab 12": first}
    order_of(world, "ab12")
    assert OrderLine.objects.get().sku_id == second.pk


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_made_at_once_it_is_made_once(world: World) -> None:
    def put(code: str) -> None:
        skus.put_sku(world.lantern, code, {"title": code}, actor=world.actor("oms"))

    def sell(code: str, number: str) -> None:
        with transaction.atomic():
            data = world.order_data(lines=[(code, "9.00", 1)], order_no=number)
            orders.create(world.lantern, data, actor=world.actor("oms"), now=NOW)

    for n in range(10):
        deeds = (
            lambda n=n: put(f"AB-{n}"), lambda n=n: put(f"ab{n}"), lambda n=n: sell(f"Ａb {n}", f"E-{n}"),
            lambda n=n: sell(f"aB‑{n}", f"F-{n}"),
        )  # fmt: skip
        assert race(*deeds) == ["ok"] * 4
    assert Sku.objects.count() == 10


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_migration_keeps_older_codes_and_says_which(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    made = [world.sku(code) for code in ("AB-12", "ZZ1", "CD", "AB 13")]
    with before("orders", "0026_sku_code_as_typed"), connection.cursor() as cursor:
        cursor.execute("UPDATE orders_sku SET code = 'ab12' WHERE id = %s", [made[1].pk])
    codes = list(Sku.objects.order_by("pk").values_list("code", "spelling"))
    assert codes == [("AB-12", 0), ("ab12", 1), ("CD", 0), ("AB 13", 0)]
    assert "the code ab12 in another spelling" in capsys.readouterr().out
