"""The queue: its tiles, the filters that are on, and what each row shows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aftersales.models import Ticket
from orders.models import Order, OrderLine
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from .. import services
from ..selectors import tiles
from ..selectors.worklist import FAILED, TODO, UNREAD


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=20)
    return Desk(world)


def shown(client: Client, query: str = "") -> list[int]:
    return sorted(row.pk for row in client.get(listing(Ticket, query)).context["cl"].result_list)


def chips(html: str) -> dict[str, str]:
    """The filters that are on: what stands on each → the address without it."""
    if 'class="shown-only"' not in html:
        return {}
    part = html.split('class="shown-only"')[1].split("</section>")[0]
    found = re.findall(r'<a href="(\?[^"]*)"><span>(.*?)</span>', part)
    return {re.sub(r"<[^>]+>", "", words): url.replace("&amp;", "&") for url, words in found}


# --- tiles ---------------------------------------------------------------------------------------------


@pytest.fixture
def work(desk: Desk, world: World, time_machine: Any) -> dict[str, Ticket]:
    """One ticket for each tile, and some for none."""
    arrived = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    Ticket.objects.filter(pk=arrived.pk).update(arrived_at=NOW)
    on_the_way = desk.ship_back(desk.approve(desk.apply(world.delivered())), tracking_no="SF77")
    Ticket.objects.filter(pk__in=[arrived.pk, on_the_way.pk]).update(due_at=NOW + timedelta(days=9))
    mine = services.take(desk.apply(world.delivered()), actor=world.actor("mei"), now=NOW)
    asked = desk.approve(desk.apply(world.delivered()))
    services.post_message(asked, text="Where do I send it?", actor=desk.buyer, now=NOW)
    order = world.delivered(payments=[("FAIL-1", "198.00")])
    failed = desk.approve(desk.apply(order, "refund_only", "compensation", claimed_amount=10))
    desk.send_refunds()
    disputed = desk.apply(world.delivered())
    Ticket.objects.filter(pk=disputed.pk).update(objection=True, due_at=NOW + timedelta(days=9))
    time_machine.move_to(NOW, tick=False)
    return {
        tiles.MINE: mine, tiles.ARRIVED: arrived, FAILED: failed, tiles.OBJECTIONS: disputed, UNREAD: asked,
    }  # fmt: skip


def test_every_tile_leads_to_as_many_rows_as_it_says(work: dict[str, Ticket], sit: Sit) -> None:
    mei = sit("mei")
    counters = mei.get(listing(Ticket)).context["counters"]
    assert [tile["url"] for tile in counters] == [f"?todo={name}" for name in tiles.TILES]
    for tile in counters:
        name = tile["url"].removeprefix("?todo=")
        answer = mei.get(listing(Ticket, tile["url"]))
        assert answer.context["cl"].result_count == tile["count"], name
        assert [one["url"] for one in answer.context["counters"] if one["selected"]] == [tile["url"]]
        if name in work:
            assert shown(mei, tile["url"]) == [work[name].pk], name


def test_what_waits_for_me_is_nobody_elses(work: dict[str, Ticket], sit: Sit) -> None:
    assert shown(sit("wen"), "?todo=mine") == []
    assert shown(sit("sun"), "?todo=mine") == []
    assert shown(sit("rui"), "?todo=failed") == []


@pytest.mark.parametrize(("offset", "counts"), [(-SECOND, True), (0 * SECOND, False), (SECOND, False)])
def test_due_today_ends_at_midnight(
    desk: Desk, world: World, sit: Sit, time_machine: Any, offset: timedelta, counts: bool
) -> None:
    ticket = desk.apply(world.delivered())
    midnight = timezone.localtime(NOW).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=midnight + offset)
    time_machine.move_to(NOW, tick=False)
    assert shown(sit("mei"), "?todo=today") == ([ticket.pk] if counts else [])


@pytest.mark.parametrize("offset", [-SECOND, 0 * SECOND, SECOND])
def test_what_is_late_is_due_today_until_it_is_marked(
    desk: Desk, world: World, sit: Sit, time_machine: Any, offset: timedelta
) -> None:
    """It is in a list whether or not the clock has come by."""
    ticket = desk.apply(world.delivered())
    Ticket.objects.filter(pk=ticket.pk).update(due_at=NOW + offset)
    time_machine.move_to(NOW, tick=False)
    assert shown(sit("mei"), "?todo=today") == [ticket.pk]
    # A suspension may have moved the deadline of what was late before.
    Ticket.objects.filter(pk=ticket.pk).update(due_at=NOW + SECOND, overdue_since=NOW - SECOND)
    assert shown(sit("mei"), "?todo=today") == []


@pytest.mark.parametrize("todo", ["overrides", "overrides_objected"])
def test_what_a_manager_decided_alone_waits_longest_first(desk: Desk, world: World, sit: Sit, todo: str) -> None:
    """Whatever their deadlines are."""
    state = {"overrides": "open", "overrides_objected": "objected"}[todo]
    tickets = [desk.apply(world.delivered()) for _ in range(3)]
    for ticket, days in zip(tickets, (2, 3, 1), strict=True):
        row = Ticket.objects.filter(pk=ticket.pk)
        row.update(override=state, override_since=NOW - days * DAY, due_at=NOW + days * DAY)
    listed = sit("mei").get(listing(Ticket, f"?todo={todo}")).context["cl"].result_list
    assert [row.pk for row in listed] == [tickets[at].pk for at in (1, 0, 2)]
    tally = tiles.waiting(Ticket.objects.all(), [todo], 0, NOW)[todo]
    assert (tally.tickets, tally.first) == (3, NOW - 3 * DAY)


def test_worklists_of_the_menu_are_among_the_conditions() -> None:
    assert tiles.conditions(1, NOW).keys() >= TODO.keys()


# --- the filters that are on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?todo=review", {"To do: to review"}),
        ("?todo=today", {"To do: due today"}),
        ("?stage=pending&type__exact=exchange", {"Stage: to review", "Type: exchange"}),
        ("?overdue=1", {"Deadline: overdue"}),
        ("?q=AS1", {"Search: AS1"}),
        ("?assignee=me&alert=objection", {"Worked on by: me", "Alert: objection"}),
        ("?created_at__gte=2026-01-01", {"Created: 2026-01-01"}),
        ("?status__exact=rejected", {"Status: rejected"}),
        # Nothing is left out by these, so nothing is said.
        ("?todo=nonsense", set()),
        ("?shop=harbor", set()),
        ("?p=1&o=2", set()),
    ],
)
def test_the_list_says_which_filters_are_on(world: World, sit: Sit, query: str, words: set[str]) -> None:
    assert chips(text(sit("mei").get(listing(Ticket, query)))).keys() == words


def test_each_filter_is_taken_off_by_itself(world: World, sit: Sit) -> None:
    mei = sit("mei")
    on = chips(text(mei.get(listing(Ticket, "?q=AS1&stage=pending&todo=review&p=1"))))
    assert on["Search: AS1"] == "?stage=pending&todo=review"
    assert on["Stage: to review"] == "?q=AS1&todo=review"
    assert on["To do: to review"] == "?q=AS1&stage=pending"
    for left in on.values():
        assert len(chips(text(mei.get(listing(Ticket, left))))) == 2


def test_lists_of_every_kind_say_it(world: World, sit: Sit) -> None:
    orders = chips(text(sit("mei").get(listing(Order, "?question=1&q=E-1&status__exact=paid"))))
    assert orders.keys() == {"Question: to answer", "Search: E-1", "Status: to be shipped"}
    assert orders["Search: E-1"] == "?question=1&status__exact=paid"
    assert chips(text(sit("sun").get(listing(Ticket, "?shop=harbor")))).keys() == {"Shop: Harbor"}


# --- rows ----------------------------------------------------------------------------------------------


def test_a_row_has_picture_person_and_last_message(desk: Desk, world: World, sit: Sit) -> None:
    OrderLine.objects.update(image_url="")
    ticket = services.take(desk.apply(world.delivered()), actor=world.actor("wen"), now=NOW)
    OrderLine.objects.update(image_url="/static/demo/tee.svg")
    services.post_message(ticket, text="First words", actor=desk.buyer, now=NOW)
    services.post_message(ticket, text="Please send photos. " * 9, actor=desk.merchant, now=NOW + SECOND)
    row = text(sit("mei").get(listing(Ticket))).split("<tbody>")[1]
    assert '<img src="/static/demo/tee.svg" alt=""' in row
    assert f"→ {world.wen.display_name}" in row
    assert "Please send photos." in row
    assert "First words" not in row
    assert "…" in row


def test_a_picture_from_elsewhere_is_not_asked_for(desk: Desk, world: World, sit: Sit) -> None:
    desk.apply(world.delivered())
    OrderLine.objects.update(image_url="https://tracker.example/p.gif")
    html = text(sit("mei").get(listing(Ticket)))
    assert "tracker.example" not in html
    assert "no-picture.svg" in html


def test_what_was_said_on_the_order_is_carried_on(desk: Desk, world: World, sit: Sit) -> None:
    order = world.delivered()
    services.post_message(order, text="Is it waterproof?", actor=desk.buyer, now=NOW)
    ticket = desk.apply(order)
    other = desk.apply(world.delivered())
    rows = {row.pk: row for row in sit("mei").get(listing(Ticket)).context["cl"].result_list}
    assert rows[ticket.pk]._last_message.text == "Is it waterproof?"
    assert rows[other.pk]._last_message is None


# --- what a page proposes ------------------------------------------------------------------------------


def test_a_waiting_exchange_does_not_propose_to_give_it_up(desk: Desk, world: World, sit: Sit) -> None:
    """The form stands open once the goods are there and something may be out of stock; before that it has a page."""
    mei, ticket = sit("mei"), desk.approve(desk.apply(world.delivered(), "exchange"))

    def proposed() -> tuple[list[str], list[str]]:
        context = mei.get(page(ticket)).context
        return tuple([button.verb.name for button in context[kind]] for kind in ("forms", "others"))  # type: ignore[return-value]

    open_forms, links = proposed()
    assert "convert" not in open_forms
    assert "convert" in links
    assert mei.get(page(ticket, "convert")).status_code == 200
    desk.ship_back(ticket)
    assert "convert" not in proposed()[0]
    desk.receive(ticket)
    assert "convert" in proposed()[0]
    assert proposed()[0][0] == "reship"
