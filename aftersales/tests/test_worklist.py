"""The way through the queue: the same order as the list, never past what has ended, never into another shop."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client

from aftersales.models import Ticket
from aftersales.states import RESERVING
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import DAY, NOW, World

from .. import services
from ..selectors import worklist
from ..selectors.pending_action import pending_action


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=50)
    return Desk(world)


@pytest.fixture
def queue(desk: Desk, world: World) -> list[Ticket]:
    """Five to review, as the queue orders them: two at the same time (newest first), one without a deadline last."""
    rows = [desk.apply(world.delivered()) for _ in range(5)]
    due = [NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY, NOW + 3 * DAY, None]
    for row, at in zip(rows, due, strict=True):
        action = "approve" if at else ""
        Ticket.objects.filter(pk=row.pk).update(due_at=at, due_action=action)
    order = [rows[0], rows[2], rows[1], rows[3], rows[4]]
    return [Ticket.objects.get(pk=row.pk) for row in order]


def shown(client: Client, query: str = "?todo=review") -> list[int]:
    return [row.pk for row in client.get(listing(Ticket, query)).context["cl"].result_list]


def walked(client: Client, start: Ticket, by: str) -> list[int]:
    """The tickets that one comes past from `start` by pressing the same button until it is gone."""
    found, here = [], start
    for _ in range(20):
        neighbours = client.get(page(here)).context["walk"]
        found.append(here.pk)
        here = getattr(neighbours, by)
        if here is None:
            return found
    raise AssertionError("goes round in circles")


def test_next_and_previous_go_through_the_queue_in_its_order(queue: list[Ticket], sit: Sit) -> None:
    mei, order = sit("mei"), [row.pk for row in queue]
    assert shown(mei) == order
    assert walked(mei, queue[0], "next") == order
    assert walked(mei, queue[-1], "previous") == order[::-1]


def test_the_place_is_counted_and_the_ends_have_one_neighbour(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    walks = [mei.get(page(row)).context["walk"] for row in queue]
    assert [(neighbours.place, neighbours.total) for neighbours in walks] == [(n, 5) for n in range(1, 6)]
    assert (walks[0].previous, walks[-1].next) == (None, None)
    first = text(mei.get(page(queue[0])))
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first


def test_alone_there_is_nobody_beside_and_no_button_for_the_next(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered())
    response = sit("mei").get(page(ticket))
    neighbours = response.context["walk"]
    assert (neighbours.place, neighbours.total, neighbours.previous, neighbours.next) == (1, 1, None, None)
    assert "and next" not in text(response)


def test_other_shops_and_other_work_are_not_on_the_way(queue: list[Ticket], desk: Desk, world: World, sit: Sit) -> None:
    world.sku("MUG", shop=world.harbor, on_hand=5)
    theirs = desk.apply(world.delivered(shop=world.harbor, lines=[("MUG", "10.00", 1)]))
    other = desk.approve(desk.apply(world.delivered()))
    done = desk.apply(world.delivered())
    services.withdraw(done, actor=desk.buyer, now=NOW)
    mei = sit("mei")
    assert not {theirs.pk, other.pk, done.pk} & set(walked(mei, queue[0], "next"))
    assert mei.get(page(theirs)).status_code == 404
    assert mei.get(page(done)).context["walk"] is None
    assert sit("rui").get(page(theirs)).context["walk"].total == 1
    assert sit("sun").get(page(theirs)).context["walk"].total == 6  # support has every shop's


def test_and_next_goes_on_and_leads_back(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    assert "Reject and next" in text(mei.get(page(queue[1])))
    answer = mei.post(page(queue[1], "reject"), {"reason": "no photo", "onward": "next"}, follow=True)
    assert answer.redirect_chain == [(page(queue[2]), 302)]
    assert f'<a href="{page(queue[1])}">{queue[1].ticket_no}</a>: “Reject” done.' in text(answer)
    assert answer.context["walk"].total == 4


def test_after_the_last_one_the_first_is_next_and_after_the_very_last_the_queue(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    reject: Callable[[Ticket], str] = lambda row: mei.post(  # noqa: E731
        page(row, "reject"), {"reason": "no", "onward": "next"}
    ).headers["Location"]
    assert reject(queue[4]) == page(queue[0])
    for row, following in pairwise(queue[:4]):
        assert reject(row) == page(following)
    assert reject(queue[3]) == listing(Ticket)


def test_a_plain_verb_returns_to_the_ticket_and_a_refusal_stays(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    refused = mei.post(page(queue[0], "reject"), {"reason": "", "onward": "next"})
    assert refused.status_code == 400
    assert "Reject and next" in text(refused)
    plain = mei.post(page(queue[0], "reject"), {"reason": "no"}, follow=True)
    assert plain.redirect_chain == [(page(queue[0]), 302)]
    assert f"{queue[0].ticket_no}: “Reject” done." in text(plain)


def test_a_ticket_of_another_shop_cannot_be_decided_onward(queue: list[Ticket], sit: Sit) -> None:
    assert sit("rui").post(page(queue[0], "reject"), {"reason": "no", "onward": "next"}).status_code == 404


def stories(desk: Desk, world: World) -> list[Ticket]:
    """A ticket in every state that waits for somebody."""
    parcel = desk.ship_back(desk.approve(desk.apply(world.delivered())))
    exchange = desk.approve(desk.apply(world.delivered(), "exchange"))
    counted, sent = (
        desk.receive(desk.ship_back(desk.approve(desk.apply(world.delivered(), "exchange")), tracking_no=number))
        for number in ("SF8", "SF9")
    )
    sent = desk.reship(sent)
    lost = Ticket.objects.get(pk=sent.pk)
    Ticket.objects.filter(pk=lost.pk).update(lost_at=NOW)
    back = desk.ship_back(desk.approve(desk.apply(world.delivered(), "exchange")), tracking_no="SF7")
    paid = desk.approve(desk.apply(world.delivered(), "refund_only", "compensation", claimed_amount=10))
    return [desk.apply(world.delivered()), parcel, exchange, counted, lost, back, paid]


def test_what_is_to_do_is_said_the_same_by_the_filter_the_row_and_in_words(desk: Desk, world: World) -> None:
    said = {
        "Shop needs to review": worklist.REVIEW,
        "Shop needs to receive the goods": worklist.RECEIVE,
        "Shop needs to send the replacement": worklist.RESHIP,
        "Shop needs to resend or refund: the parcel didn't arrive": worklist.RESHIP,
    }
    seen = set()
    for ticket in [Ticket.objects.get(pk=row.pk) for row in stories(desk, world)]:
        step = pending_action(ticket, NOW)
        kinds = (worklist.REVIEW, worklist.RECEIVE, worklist.RESHIP)
        by_filter = [kind for kind in kinds if Ticket.objects.filter(worklist.TODO[kind], pk=ticket.pk).exists()]
        todo = worklist.todo_of(ticket)
        assert by_filter == ([todo] if todo else []), ticket.status
        assert said.get(step.text if step else "", "") == todo, (ticket.status, step)
        seen.add(todo)
    assert seen == {worklist.REVIEW, worklist.RECEIVE, worklist.RESHIP, ""}


def test_counts_are_of_open_work_alone(queue: list[Ticket], desk: Desk) -> None:
    Ticket.objects.filter(pk=queue[0].pk).update(overdue_since=NOW)
    services.withdraw(queue[1], actor=desk.buyer, now=NOW)
    nothing = dict.fromkeys(worklist.TODO, 0)
    assert worklist.counts(Ticket.objects.all()) == nothing | {"review": 4, "overdue": 1}
    assert worklist.queue_position(Ticket.objects.get(pk=queue[1].pk)) is None
    assert {row.status for row in Ticket.objects.filter(worklist.OPEN)} <= RESERVING


def test_the_review_page_costs_the_same_however_long_the_queue(
    desk: Desk, world: World, sit: Sit, django_assert_max_num_queries: object
) -> None:
    mei, ticket = sit("mei"), desk.apply(world.delivered())
    mei.get(page(ticket))
    with django_assert_max_num_queries(22) as few:  # type: ignore[operator]
        mei.get(page(ticket))
    for _ in range(7):
        desk.apply(world.delivered())
    with django_assert_max_num_queries(22) as many:  # type: ignore[operator]
        response = mei.get(page(ticket))
    assert len(few) == len(many)
    others = [data["before"] for panel, data in response.context["panels"] if "before" in data]
    assert len(others[0]) == 5


def test_the_bar_says_how_much_of_the_time_is_gone(desk: Desk, world: World, sit: Sit, time_machine: object) -> None:
    ticket = desk.apply(world.delivered())
    half = (ticket.due_at - NOW) / 2  # type: ignore[operator]
    time_machine.move_to(NOW + half, tick=False)  # type: ignore[attr-defined]
    whole = int(half.total_seconds()) // 30
    assert f'<progress max="{whole}" value="{whole // 2}"' in text(sit("mei").get(page(ticket)))
    time_machine.move_to(NOW + 3 * half + timedelta(days=1), tick=False)  # type: ignore[attr-defined]
    assert f'<progress max="{whole}" value="{whole}"' in text(sit("mei").get(page(ticket)))


def test_a_refused_decision_stays_on_the_review_page_with_what_was_typed(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    response = mei.post(page(queue[0], "approve"), {"refund_amount": "999.00", "return_freight_payer": "merchant"})
    assert response.status_code == 422
    html = text(response)
    assert 'value="999.00"' in html
    assert 'id="evidence"' in html
    assert 'data-pane="approve" checked' in html
    assert '<details class="more"><summary>' in html
    assert response.context["walk"].place == 1
    rejected = text(mei.post(page(queue[0], "reject"), {"reason": ""}))
    assert 'data-pane="reject" checked' in rejected
    assert 'data-pane="approve" checked' not in rejected


def test_what_is_not_possible_any_more_keeps_its_form_on_a_page_of_its_own(queue: list[Ticket], sit: Sit) -> None:
    mei = sit("mei")
    assert mei.post(page(queue[0], "reject"), {"reason": "no"}).status_code == 302
    response = mei.post(page(queue[0], "reject"), {"reason": "once more"})
    assert response.status_code == 409
    assert "once more" in text(response)
    assert 'id="evidence"' not in text(response)


@pytest.mark.django_db
def test_the_list_of_all_tickets_is_read_in_its_order() -> None:
    """Not sorted: what has ended is most of an old shop's tickets."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    plan = Ticket.objects.filter(shop_id__in=[1]).order_by(*worklist.ORDER)[:50].explain()
    assert "ticket_queue" in plan
