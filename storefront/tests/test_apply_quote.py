"""The amount as one chooses: a fragment that says what the service says, in few statements."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftersales import services
from aftersales.api.representation.quote import quote_json
from aftersales.rules.application import Application, LineRequest
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

from .filled import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
MAX_STATEMENTS = 12


def look(client: Client, order: Order, **more: Any) -> str:
    address = f"/orders/{order.order_no}/apply/"
    answer = client.post(f"{address}quote/", body(text(client.get(address))) | more)
    assert answer.status_code == 200
    return text(answer)


def ten_lines(world: World, **more: Any) -> Order:
    lines = [(f"SKU-{n}", "10.00", 3) for n in range(10)]
    for code, _, _ in lines:
        world.sku(code, title="Ten", category="ten", on_hand=9)
    return world.delivered(lines=lines, freight="8.00", **more)


class TestTheAmount:
    def test_is_what_the_service_says(self, world: World, sit: Sit) -> None:
        order = world.delivered(freight="10.00")
        line = order.lines.get()
        for type_, reason, units in (
            ("return_refund", "quality", 2), ("return_refund", "no_reason", 2), ("return_refund", "wrong_choice", 1),
        ):  # fmt: skip
            asked = Application(type_, reason, (LineRequest(line.pk, units),), evidence=())
            answer = quote_json(services.quote(order, asked, actor=world.actor("alice"), now=world.now), "CNY")
            chosen = {"type": type_, f"reason_{type_}": reason, f"quantity_{line.pk}": str(units)}
            page = look(sit("alice"), order, **chosen)
            assert f"¥{answer['total']}</dd>" in page, (reason, units)
            assert f"<dd>¥{answer['freight_amount']}</dd>" in page

    def test_says_aloud_only_the_total(self, world: World, sit: Sit) -> None:
        page = look(sit("alice"), world.delivered(), type="return_refund")
        assert '<p id="said" data-hx-swap-oob="innerHTML">You get ¥198.00 back.' in page

    def test_points_and_coupons_come_back_as_such(self, world: World, sit: Sit) -> None:
        order = world.delivered(points_deduction="10.00", points_used=1000, coupons=["NEW-15"])
        page = look(sit("alice"), order, type="return_refund", reason_return_refund="quality")
        assert "<dd>1000</dd>" in page
        assert "<dd>NEW-15</dd>" in page

    def test_a_part_shows_what_the_shop_keeps(self, world: World, sit: Sit) -> None:
        """S-058"""
        page = look(sit("alice"), world.delivered(), type="refund_only", how="part", claimed_amount="10")
        assert "The shop keeps ¥188.00 for the goods." in page
        empty = look(sit("alice"), world.delivered(), type="refund_only", how="part")
        assert "Enter how much you're asking for, up to ¥198.00." in empty

    def test_an_exchange_shows_the_difference(self, world: World, sit: Sit) -> None:
        world.sku("TEE", title="Tee", spec="S", on_hand=5)
        world.sku("TEE-L", title="Tee", spec="L", price="109.00", on_hand=5)
        order = world.delivered()
        swap = {f"exchange_sku_{order.lines.get().pk}": "TEE-L", "type": "exchange"}
        assert "¥20.00" in look(sit("alice"), order, reason_exchange="wrong_choice", **swap)
        assert "you get goods" in look(sit("alice"), order, reason_exchange="quality", **swap)

    def test_what_is_only_missing_yet_is_no_problem(self, world: World, sit: Sit) -> None:
        """No reason yet, no photo yet: shown where they belong, not as a warning at the amount."""
        order = world.delivered()
        assert "as-hint--warn" not in look(sit("alice"), order, type="return_refund")
        page = look(sit("alice"), order, type="return_refund", reason_return_refund="quality")
        assert "as-hint--warn" not in page
        assert '<span id="photo-rule" data-hx-swap-oob="innerHTML">required' in page

    def test_what_cannot_be_sent_is_said_at_once(self, world: World, sit: Sit) -> None:
        page = look(sit("alice"), world.delivered(), type="refund_only", how="part", claimed_amount="999")
        assert "This is more than what's left of the amount you paid." in page

    @pytest.mark.parametrize("chosen", [{}, {"line": []}, {"type": "nonsense"}, {"line": ["0", "x"]}])
    def test_half_a_choice_asks_for_the_rest(self, world: World, sit: Sit, chosen: dict[str, Any]) -> None:
        assert "Choose items and a service to see the amount." in look(sit("alice"), world.delivered(), **chosen)


class TestTheFragment:
    def test_types_come_anew_only_when_the_goods_changed(self, world: World, sit: Sit) -> None:
        order = world.delivered()
        line = order.lines.get()
        assert 'id="choice"' not in look(sit("alice"), order, type="repair")
        page = look(sit("alice"), order, type="repair", **{f"quantity_{line.pk}": "1"})
        assert 'id="choice"' in page
        assert re.search(r'value="repair" checked', page)

    def test_a_type_that_the_goods_no_longer_allow_is_let_go(self, world: World, sit: Sit) -> None:
        world.sku("CAP", exchange_excluded=True, on_hand=5)
        world.sku("TEE", on_hand=5)
        order = world.delivered(lines=[("TEE", "99.00", 1), ("CAP", "20.00", 1)])
        tee = world.lines(order)[0]
        page = look(sit("alice"), order, line=str(tee.pk), type="exchange")
        assert re.search(r'value="exchange" checked', page)
        both = look(sit("alice"), order, type="exchange", seen="")
        assert re.search(r'value="exchange" disabled', both)
        assert "can't be exchanged" in both


class TestStatements:
    """At most twelve, whatever the number of lines."""

    def counted(self, client: Client, address: str, data: dict[str, Any] | None = None) -> int:
        with CaptureQueriesContext(connection) as seen:
            answer = client.post(address, data) if data is not None else client.get(address)
        assert answer.status_code == 200
        return len(seen)

    def test_of_the_page_and_the_fragment(self, world: World, sit: Sit) -> None:
        for order in (ten_lines(world), world.place_order(freight="8.00"), world.shipped(freight="8.00")):
            client, address = sit("alice"), f"/orders/{order.order_no}/apply/"
            assert self.counted(client, address) <= MAX_STATEMENTS, order
            filled = body(text(client.get(address)))
            for type_ in ("refund_only", "return_refund", "exchange", "repair", "reissue"):
                chosen = {"type": type_, f"reason_{type_}": "wrong_choice", "seen": ""}
                assert self.counted(client, f"{address}quote/", filled | chosen) <= MAX_STATEMENTS, type_

    def test_do_not_grow_with_history(self, world: World, sit: Sit) -> None:
        desk, order = Desk(world), ten_lines(world)
        desk.now = world.now
        client, address = sit("alice"), f"/orders/{order.order_no}/apply/"
        before = self.counted(client, address)
        for _ in range(2):
            desk.apply(order, "return_refund", "wrong_choice", quantity=1)
        # One more for the numbers of the tickets, however many there are.
        assert self.counted(client, address) == before + 1


def test_the_first_view_is_small(world: World, sit: Sit) -> None:
    """≤ 60 KB with style and scripts, compressed as the server sends them."""
    import gzip
    from pathlib import Path

    page = sit("alice").get(f"/orders/{world.delivered().order_no}/apply/").content
    files = [
        Path("static") / name for name in ("site.css", "htmx.min.js", "site.js", "drafts.js", "apply.js", "icons.svg")
    ]
    assert sum(len(gzip.compress(part)) for part in (page, *(file.read_bytes() for file in files))) < 60 * 1024


def test_amounts_are_decimals_to_the_cent(world: World, sit: Sit) -> None:
    order = world.delivered(lines=[("TEE", "10.00", 3)], discount="0.01")
    page = look(sit("alice"), order, type="return_refund", **{f"quantity_{order.lines.get().pk}": "1"})
    shown = Decimal(re.findall(r"You get ¥([\d.]+) back\.", page)[0])
    assert shown == services.quote(
        order, Application("return_refund", "", (LineRequest(order.lines.get().pk, 1),)), actor=world.actor("alice"),
        now=world.now,
    ).total  # fmt: skip
