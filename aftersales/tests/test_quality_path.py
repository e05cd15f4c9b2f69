"""A claim of quality within 3 days of delivery goes another way than a later one (S-078, S-079, S-103)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aftersales import services
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import NOW, SECOND, World

# Signed on 2 March at 10:00 in Shanghai: the days are the 3rd, 4th and 5th of the local calendar.
ENDS = datetime.fromisoformat("2026-03-06T00:00:00+08:00")
EARLY, LATE = "early", "late"


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


@pytest.mark.parametrize(("off", "path"), [(-SECOND, EARLY), (timedelta(0), LATE), (SECOND, LATE)])
@pytest.mark.parametrize(
    ("type_", "reason"), [("return_refund", "quality"), ("exchange", "quality"), ("repair", "fault")]
)
def test_three_days_of_the_local_calendar(desk: Desk, type_: str, reason: str, off: timedelta, path: str) -> None:
    order = desk.world.delivered()
    desk.now = ENDS + off
    assert desk.apply(order, type_, reason).quality_path == path


def test_before_it_was_signed_for_the_days_have_not_begun(desk: Desk) -> None:
    order = desk.world.shipped()
    desk.now = NOW.replace(month=4)
    assert desk.apply(order).quality_path == EARLY


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("return_refund", "no_reason"),
        ("return_refund", "wrong_item"),
        ("exchange", "wrong_choice"),
        ("repair", "misuse"),
    ],
)
def test_other_reasons_have_no_path(desk: Desk, type_: str, reason: str) -> None:
    assert desk.apply(desk.world.delivered(), type_, reason).quality_path == ""


def test_the_first_application_counts(desk: Desk) -> None:
    """B-17: a change of an application in time takes nothing away, and one of another reason gives nothing."""
    order = desk.world.delivered()
    ticket = desk.apply(order)
    application = desk.application(order, "exchange", "quality")
    ticket = services.amend(ticket, application, actor=desk.buyer, now=ENDS + SECOND)
    assert ticket.quality_path == EARLY
    application = desk.application(order, "exchange", "wrong_choice")
    assert services.amend(ticket, application, actor=desk.buyer, now=ENDS + SECOND).quality_path == ""


def test_it_is_a_fact_of_the_ticket(desk: Desk, api: Login) -> None:
    order = desk.world.delivered()
    tickets = [desk.apply(order, quantity=1), desk.apply(order, quantity=1, reason="wrong_item")]
    answers = [api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json() for ticket in tickets]
    assert [(a["quality_path"], a["quality_path_label"]) for a in answers] == [
        ("early", "within 3 days of delivery"), (None, None),
    ]  # fmt: skip


def test_the_reviewer_reads_how_to_go_on(desk: Desk, client: Client) -> None:
    order = desk.world.delivered(lines=[("TEE", "99.00", 3)])
    early = desk.apply(order, quantity=1)
    desk.now = ENDS
    late, other = desk.apply(order, quantity=1), desk.apply(order, "return_refund", "wrong_item", quantity=1)
    client.force_login(desk.world.mei)
    texts = {
        ticket.pk: client.get(
            reverse("admin:aftersales_ticket_change", args=[ticket.pk]), headers={"Accept-Language": "en"}
        ).content.decode()
        for ticket in (early, late, other)
    }
    assert "within 3 days of delivery. If the goods are unused" in texts[early.pk]
    assert "more than 3 days after delivery. Agree on compensation" in texts[late.pk]
    assert "Claim of quality" not in texts[other.pk]
