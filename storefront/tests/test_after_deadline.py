"""When a shop's deadline is over its buyer reads what they can do then, in every state that waits for the shop."""

from collections.abc import Callable
from html import unescape

import pytest

from aftersales.models import Ticket
from aftersales.services.actions import allowed_actions
from aftersales.services.deadlines import fire
from aftersales.states import Due
from logistics import services as logistics
from storefront.status_text import status_text
from tests.desk import Desk
from tests.world import NOW, SECOND

pytestmark = pytest.mark.usefixtures("stock")


def to_review(desk: Desk) -> Ticket:
    return desk.apply(desk.world.delivered(), "refund_only", "compensation", claimed_amount=5)


def money_under_way(desk: Desk) -> Ticket:
    return desk.approve(to_review(desk))


def to_send(desk: Desk) -> Ticket:
    return desk.receive(desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange"))))


def lost(desk: Desk) -> Ticket:
    parcel = desk.reship(to_send(desk)).replacement_parcel
    assert parcel is not None
    logistics.report(parcel, status="lost", at=NOW, text="gone", actor=desk.merchant, now=NOW)
    return Ticket.objects.get()


STORIES = {
    to_review: "or edit or withdraw your request",
    money_under_way: "write to it or call it",
    to_send: "You can get a refund instead.",
    lost: "You can get a refund instead.",
}


@pytest.mark.parametrize(("story", "sentence"), STORIES.items())
def test_what_one_can_do_is_said_from_the_deadline_on(
    desk: Desk, story: Callable[[Desk], Ticket], sentence: str
) -> None:
    ticket = Ticket.objects.select_related("order").get(pk=story(desk).pk)
    due = ticket.due_at
    assert due is not None
    assert ticket.due_action == Due.OVERDUE
    before = status_text(ticket, due - SECOND)
    assert before.tone != "warn"
    assert sentence not in unescape(before.sentence)
    # Until the sweep comes by, a moment later, the way is not open yet, and the page says so.
    soon = sentence.replace("You can get", "You'll soon be able to get")
    assert soon in unescape(status_text(ticket, due).sentence)
    fire(ticket.pk, Due.OVERDUE, now=due)
    ticket = Ticket.objects.select_related("order").get(pk=ticket.pk)
    after = status_text(ticket, due + SECOND)
    assert (after.tone, sentence in unescape(after.sentence)) == ("warn", True)
    assert ("convert" in allowed_actions(ticket, desk.buyer, now=due + SECOND)) is ("refund instead" in sentence)


def test_goods_that_are_not_checked_are_not_said_to_be_late_in_sending(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange")))
    Ticket.objects.filter(pk=ticket.pk).update(overdue_since=ticket.due_at, due_action=Due.OVERDUE)
    ticket = Ticket.objects.select_related("order").get()
    assert ticket.due_at is not None
    sentence = unescape(status_text(ticket, ticket.due_at).sentence)
    assert sentence.startswith("The shop hasn't checked your goods in time.")
    assert "refund instead" not in sentence
