# ruff: noqa: B023
"""Two spellings of one order number at the same moment (contract §5): real threads, the database decides."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from logistics.tests.test_import_orders import text_of, unpaid
from orders import services as orders
from orders.importing import Target, import_file
from orders.importing.file import rejects_path
from orders.models import Order
from tests.threads import dismissed, race
from tests.world import NOW, World

__all__ = ["dismissed"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 10
LINES = [{"sku": "TEE", "title": "Tee", "unit_price": "9.00", "quantity": 1}]


def bring(world: World, number: str, freight: str = "0.00") -> tuple[int, bool]:
    data = {"order_no": number, "buyer": "alice", "lines": LINES, "freight": freight}
    with transaction.atomic():
        order, new = orders.create(world.lantern, data, actor=world.actor("oms"), now=NOW)
    return order.pk, new


def test_each_of_those_who_bring_it_is_told_of_one_order(world: World) -> None:
    for n in range(ROUNDS):
        made: list[tuple[int, bool]] = []
        spellings = (f"E-{n}", f"e{n}", f"Ｅ {n}", f"e‑{n}")
        assert race(*[lambda no=no: made.append(bring(world, no)) for no in spellings]) == ["ok"] * 4
        assert len({pk for pk, _ in made}) == 1
        assert [new for _, new in made].count(True) == 1


def test_other_content_is_a_conflict(world: World) -> None:
    for n in range(ROUNDS):
        answers = race(lambda: bring(world, f"E-{n}"), lambda: bring(world, f"e{n}", "1.00"))
        assert sorted(answers) == ["conflict", "ok"]
    assert Order.objects.count() == ROUNDS


def test_an_import_and_a_program_bring_it_at_once(world: World, tmp_path: Path) -> None:
    for n in range(ROUNDS):
        path = tmp_path / f"{n}.csv"
        path.write_text(text_of([unpaid(order_no=f"e{n}")]))
        told: list[Any] = []

        def take() -> None:
            told.append(import_file(path, Target(world.lantern, timezone.now()), dry_run=False))

        answer, imported = race(lambda: bring(world, f"E-{n}"), take)
        assert imported == "ok"
        assert Order.objects.filter(order_no__same_number=f"e{n}").count() == 1
        if answer == "ok":
            assert (told[0].orders, told[0].rejected) == (0, 1)
            assert "an order of this number exists with other content" in rejects_path(path).read_text()
        else:
            assert (answer, told[0].orders) == ("conflict", 1)
