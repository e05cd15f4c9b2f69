"""Changing an application, and applying again after a refusal (S-039): filled in, with its photos."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales import services
from aftersales.models import Ticket
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

from .filled import body, send, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def url(ticket: Ticket, more: str = "") -> str:
    return f"/tickets/{ticket.ticket_no}/amend/{more}"


def rejected(desk: Desk, ticket: Ticket) -> Ticket:
    return services.reject(ticket, reason="Too dark.", actor=desk.merchant, now=desk.now)


class TestTheWayIn:
    def test_a_stranger_finds_nothing(self, world: World, desk: Desk, sit: Sit) -> None:
        ticket = desk.apply(world.delivered())
        assert sit("bob").get(url(ticket)).status_code == 404
        assert sit("bob").post(url(ticket)).status_code == 404
        assert sit("bob").post(url(ticket, "quote/")).status_code == 404

    def test_without_a_login_to_the_login(self, world: World, desk: Desk, sit: Sit) -> None:
        ticket = desk.apply(world.delivered())
        assert sit("").get(url(ticket))["Location"] == f"/login/?next={url(ticket)}"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_what_is_decided_is_shown_instead(self, world: World, desk: Desk, sit: Sit, method: str) -> None:
        ticket, client = desk.approve(desk.apply(world.delivered())), sit("alice")
        answer = getattr(client, method)(url(ticket))
        assert (answer.status_code, answer["Location"]) == (302, f"/tickets/{ticket.ticket_no}/")
        assert "can no longer be edited" in text(client.get(answer["Location"]))


def test_it_is_filled_in(world: World, desk: Desk, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), "return_refund", "quality", quantity=1, description="A hole.")
    line, photo = ticket.lines.get().line_id, ticket.evidence.get()
    page = text(sit("alice").get(url(ticket)))
    filled = body(page)
    assert filled["line"] == [str(line)]
    assert filled[f"quantity_{line}"] == ["1"]
    assert (filled["type"], filled["reason_return_refund"]) == (["return_refund"], ["quality"])
    assert (filled["description"], filled["evidence"]) == (["A hole."], [str(photo.pk)])
    assert "Your refund" in page
    assert "¥99.00</dd>" in page


def test_its_own_goods_count_as_free(world: World, desk: Desk, sit: Sit) -> None:
    """Both units are held by the ticket itself: they may be asked for all the same, and no more than those."""
    ticket, client = desk.apply(world.delivered(), "return_refund", "quality"), sit("alice")
    page = text(client.get(url(ticket)))
    line = ticket.lines.get().line_id
    assert re.search(rf'name="quantity_{line}" [^>]*max="2"', page)
    before = (ticket.order.lines.get().open_quantity, ticket.order.lines.get().open_amount)
    client.post(url(ticket, "quote/"), body(page))
    after = ticket.order.lines.get()
    assert (after.open_quantity, after.open_amount) == before  # looking changes nothing


def test_the_fragment_is_what_will_be_asked_for(world: World, desk: Desk, sit: Sit) -> None:
    ticket, client = desk.apply(world.delivered(freight="10.00"), "return_refund", "quality", quantity=1), sit("alice")
    filled = body(text(client.get(url(ticket)))) | {f"quantity_{ticket.lines.get().line_id}": "2"}
    total = re.findall(r"You get ¥([\d.]+) back\.", text(client.post(url(ticket, "quote/"), filled)))[0]
    done = ticket_of(client.post(url(ticket), filled))
    assert done.pk == ticket.pk
    assert done.requested_amount == Decimal(total) == Decimal("208.00")


def test_another_type(world: World, desk: Desk, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), "return_refund", "quality")
    done = ticket_of(send(sit("alice"), url(ticket), type="repair", reason_repair="fault"))
    assert (done.pk, done.type) == (ticket.pk, "repair")


def test_an_exchange_counts_the_stock_it_holds(world: World, desk: Desk, sit: Sit) -> None:
    world.sku("TEE", on_hand=2)
    ticket = desk.apply(world.delivered(), "exchange", "quality")
    assert desk.stock("TEE") == (2, 2)
    page = text(sit("alice").get(url(ticket)))
    assert re.search(r'value="exchange" checked', page)
    assert "out of stock" not in page


def test_again_after_a_refusal_with_one_more_photo(world: World, desk: Desk, sit: Sit) -> None:
    ticket = rejected(desk, desk.apply(world.delivered(), "return_refund", "quality"))
    old, new, client = ticket.evidence.get(), desk.photo(), sit("alice")
    page = text(client.get(url(ticket)))
    assert "Too dark." in page
    filled = body(page)
    done = ticket_of(client.post(url(ticket), filled | {"evidence": [*filled["evidence"], str(new)]}))
    assert (done.pk, done.status) == (ticket.pk, "pending_review")
    assert {photo.pk for photo in done.evidence.all()} == {old.pk, new}


def test_a_photo_of_the_ticket_stays_with_it(world: World, desk: Desk, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), "return_refund", "quality")
    page = text(sit("alice").get(url(ticket)))
    assert 'name="remove"' not in page[: page.index("</form>")]


def test_a_refusal_keeps_what_was_typed(world: World, desk: Desk, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), "return_refund", "wrong_choice", evidence=())
    answer = send(sit("alice"), url(ticket), reason_return_refund="quality", description="It is torn.")
    assert answer.status_code == 422
    assert body(text(answer))["description"] == ["It is torn."]
    assert Ticket.objects.get().reason.code == "wrong_choice"


def test_statements(world: World, desk: Desk, sit: Sit) -> None:
    lines = [(f"SKU-{n}", "10.00", 3) for n in range(10)]
    for code, _, _ in lines:
        world.sku(code, title="Ten", on_hand=9)
    client = sit("alice")
    ticket = desk.apply(world.delivered(lines=lines), "exchange", "quality")
    with CaptureQueriesContext(connection) as seen:
        page = text(client.get(url(ticket)))
    assert len(seen) <= 12, "\n".join(query["sql"].split(" FROM ")[-1][:90] for query in seen)
    with CaptureQueriesContext(connection) as seen:
        client.post(url(ticket, "quote/"), body(page))
    assert len(seen) <= 12, "\n".join(query["sql"].split(" FROM ")[-1][:90] for query in seen)
