"""The warehouse: missing units that come late, and goods that nobody announced."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from aftersales.models import Ticket
from tests.browser import Sit, press_once, text
from tests.desk import Desk
from tests.world import World

pytestmark = pytest.mark.django_db
RECEIVE = "/admin/receive/"


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


@pytest.fixture
def short(desk: Desk) -> Ticket:
    """A return of two, of which one came, is refunded."""
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    line = ticket.lines.get().line_id
    return desk.pay_out(desk.receive(ticket, [{"line_id": line, "quantity": 1, "condition": "as_new"}]))


def form(ticket: Ticket, **typed: Any) -> dict[str, Any]:
    line = ticket.lines.get().line_id
    cells = {f"{line}-{name}": typed.pop(name) for name in ("as_new", "damaged", "missing") if name in typed}
    return {"verb": "receive", "ticket": ticket.ticket_no, "note": "", **cells, **typed}


def test_only_what_is_missing_is_asked_for_and_the_page_names_the_amount(short: Ticket, sit: Sit) -> None:
    client, line = sit("mei"), short.lines.get().line_id
    page = client.get(RECEIVE, {"q": short.ticket_no}).content.decode()
    assert "Enter only the missing units that came late" in page
    assert f'name="{line}-as_new"' in page
    assert f'name="{line}-missing"' not in page
    assert 'name="deduction"' not in page
    asked = text(press_once(client, RECEIVE, form(short, as_new=1)))
    assert "¥99.00" in asked
    assert Ticket.objects.get(pk=short.pk).missing_quantity == 1, "nothing was done before the yes"
    assert client.post(RECEIVE, form(short, as_new=1)).status_code == 302
    after = Ticket.objects.get(pk=short.pk)
    assert (after.missing_quantity, after.approved_amount) == (0, Decimal("198.00"))
    assert "¥198.00 refunded in all" in text(client.get(RECEIVE))
    assert "already received" in text(client.get(RECEIVE, {"q": short.ticket_no}))


@pytest.mark.parametrize("cells", [{}, {"as_new": 2}, {"as_new": 1, "damaged": 1}, {"as_new": -1}])
def test_a_wrong_count_is_refused_and_kept(short: Ticket, sit: Sit, cells: dict[str, int]) -> None:
    answer = sit("mei").post(RECEIVE, form(short, note="behind the shelf", **cells))
    assert answer.status_code in (400, 422)
    assert "behind the shelf" in answer.content.decode()
    assert Ticket.objects.get(pk=short.pk).missing_quantity == 1


def test_extra_goods_are_written_down(desk: Desk, sit: Sit) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    extra = {"extra1_sku": "TEE", "extra1_quantity": 1, "extra1_condition": "as_new", "extra2_quantity": 2,
             "extra2_condition": "wrong"}  # fmt: skip
    client = sit("mei")
    assert client.post(RECEIVE, form(ticket, as_new=2, **extra)).status_code == 302
    assert "3 extra" in text(client.get(RECEIVE))
    lines = [(row.line_id, row.sku_id, row.quantity) for row in ticket.extra_goods.all()]
    assert lines == [(ticket.lines.get().line_id, None, 1), (None, None, 2)]
    shown = text(client.get(reverse("admin:aftersales_ticket_change", args=[ticket.pk])))
    assert "unknown goods" in shown
    assert "unknown goods × 2" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))


@pytest.mark.parametrize(
    "extra", [{"extra1_sku": "TEE"}, {"extra1_sku": "NONE", "extra1_quantity": 1}, {"extra1_quantity": -1}]
)
def test_extra_goods_that_cannot_be_are_refused_and_kept(desk: Desk, sit: Sit, extra: dict[str, Any]) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    answer = sit("mei").post(RECEIVE, form(ticket, as_new=2, note="a box more", **extra))
    assert answer.status_code in (400, 422)
    assert "a box more" in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).received_at is None


def test_the_buyer_reads_what_is_back_and_what_is_on_its_way(desk: Desk, short: Ticket, sit: Sit) -> None:
    """Nothing is called refunded before the last word."""
    client, where = sit("alice"), f"/tickets/{short.ticket_no}/"
    assert "If the others arrive, the shop adds their refund to this request." in text(client.get(where))
    desk.receive(short, [{"line_id": short.lines.get().line_id, "quantity": 1, "condition": "as_new"}])
    shown = text(client.get(where))
    assert "Refunded ¥99.00" in shown
    assert "¥99.00 has been paid back. ¥99.00 is on its way." in shown
    assert "More of your money is on its way." in text(client.get("/tickets/"))
    desk.send_refunds()
    shown = text(client.get(where))
    assert "Refunded ¥198.00" in shown
    assert "is on its way" not in shown
