"""The slip for the parcel: the right ticket by both codes, and only while there is something to send."""

import re
from itertools import groupby

import pytest
import segno
from barcode.charsets import code128 as tables

from aftersales.models import Ticket
from storefront.codes import BARS_HEIGHT, BARS_QUIET, QR_QUIET, Drawing, code128, qr
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

NUMBERS = ("AS2611210171677352", "AS1", "A-b 9", "20261121017167735212")
STOP = "1100011101011"


def painted(drawing: Drawing) -> list[list[int]]:
    """The path as a scanner sees it: rows of modules, 1 is dark."""
    rows = [[0] * drawing.width for _ in range(drawing.height)]
    for x, y, width, height, back in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z", drawing.path):
        assert width == back
        for row in rows[int(y) : int(y) + int(height)]:
            for column in range(int(x), int(x) + int(width)):
                assert not row[column], "painted twice"
                row[column] = 1
    return rows


def read_code128(modules: str) -> str:
    """By the table of ISO/IEC 15417: a start, symbols of eleven modules, a check symbol, a stop."""
    assert modules.endswith(STOP)
    body = modules[: -len(STOP)]
    symbols = [tables.CODES.index(body[at : at + 11]) for at in range(0, len(body), 11)]
    start, *values, check = symbols
    assert check == (start + sum(at * value for at, value in enumerate(values, start=1))) % 103
    sets, current, found = {103: "A", 104: "B", 105: "C"}, "", ""
    current = sets[start]
    for value in values:
        change = {99: "C", 100: "B", 101: "A"}.get(value)
        if current == "C" and value < 100:
            found += f"{value:02}"
        elif change and change != current:
            current = change
        else:
            found += chr(value + 32)
    return found


class TestCodes:
    @pytest.mark.parametrize("number", NUMBERS)
    def test_the_bars_say_the_number(self, number: str) -> None:
        drawing = code128(number)
        rows = painted(drawing)
        assert len(rows) == BARS_HEIGHT
        assert all(row == rows[0] for row in rows)
        line = "".join(map(str, rows[0]))
        assert line.startswith("0" * BARS_QUIET + "1")
        assert line.endswith("1" + "0" * BARS_QUIET)
        assert read_code128(line[BARS_QUIET:-BARS_QUIET]) == number
        assert max(len(list(run)) for _bar, run in groupby(line[BARS_QUIET:-BARS_QUIET])) <= 4

    @pytest.mark.parametrize("number", NUMBERS)
    def test_the_square_is_the_librarys_with_a_quiet_zone(self, number: str) -> None:
        rows = painted(qr(number))
        matrix = [[int(bool(module)) for module in row] for row in segno.make_qr(number, error="m").matrix]
        inner = [row[QR_QUIET:-QR_QUIET] for row in rows[QR_QUIET:-QR_QUIET]]
        assert inner == matrix
        assert not any(any(row) for row in rows[:QR_QUIET] + rows[-QR_QUIET:])
        assert not any(any(row[:QR_QUIET] + row[-QR_QUIET:]) for row in rows)


class TestThePage:
    @pytest.fixture
    def agreed(self, desk: Desk, world: World) -> Ticket:
        return desk.approve(desk.apply(world.delivered(order_no="E-SLIP")))

    def test_shows_address_codes_goods_and_rules(self, sit: Sit, agreed: Ticket) -> None:
        html = text(sit("alice").get(f"/tickets/{agreed.ticket_no}/slip/"))
        for part in (
            "Dock 1", "Returns", agreed.ticket_no, qr(agreed.ticket_no).path, code128(agreed.ticket_no).path, "E-SLIP",
            "Tee", "Send by", "Send it collect only with", "EMS",
        ):  # fmt: skip
            assert part in html, part
        assert "style=" not in html

    @pytest.mark.parametrize(
        ("couriers", "rule"),
        [
            ("sf,sto", "Send it collect only with: SF Express, STO Express. Other collect parcels are refused."),
            ("", "Don't send it collect: such parcels are refused."),
        ],
    )
    def test_every_page_says_whether_it_may_be_sent_collect(
        self, sit: Sit, desk: Desk, world: World, couriers: str, rule: str
    ) -> None:
        world.revise_policy(collect_couriers=couriers)
        order = world.delivered(order_no="E-COLLECT")
        assert rule in text(sit("alice").get(f"/orders/{order.order_no}/apply/?type=return_refund"))
        ticket = desk.approve(desk.apply(order))
        page, slip = (text(sit("alice").get(f"/tickets/{ticket.ticket_no}/{part}")) for part in ("", "slip/"))
        assert rule in page
        assert rule in slip
        assert ('name="freight_collect"' in page) is bool(couriers)
        assert "Send it collect only with a courier that the ticket names" in text(sit("alice").get("/help/"))

    def test_is_there_until_the_goods_are(self, sit: Sit, desk: Desk, agreed: Ticket) -> None:
        client, there = sit("alice"), f"/tickets/{agreed.ticket_no}/slip/"
        desk.ship_back(agreed)
        html = text(client.get(there))
        assert "Send by" not in html  # it was sent in time
        desk.receive(agreed)
        answer = client.get(there, follow=True)
        assert answer.redirect_chain == [(f"/tickets/{agreed.ticket_no}/", 302)]
        assert "nothing to send back right now" in text(answer)

    def test_not_before_the_shop_agrees(self, sit: Sit, desk: Desk, world: World) -> None:
        ticket = desk.apply(world.delivered())
        assert sit("alice").get(f"/tickets/{ticket.ticket_no}/slip/").status_code == 302

    def test_is_nobody_elses(self, sit: Sit, agreed: Ticket) -> None:
        there = f"/tickets/{agreed.ticket_no}/slip/"
        assert sit("bob").get(there).status_code == 404
        assert sit("").get(there).headers["Location"] == f"/login/?next={there}"

    def test_asks_six_times_at_most(self, sit: Sit, agreed: Ticket, django_assert_max_num_queries: object) -> None:
        client = sit("alice")
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            client.get(f"/tickets/{agreed.ticket_no}/slip/")
