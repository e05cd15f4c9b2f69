"""Cases of an order: what its receipt clock has left after any of them, the extensions, and the close by refunds."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Shop
from kernel.errors import Forbidden
from orders import services
from orders.machine import Status
from orders.models import Order
from orders.services import cases
from tests.world import DAY, NOW, SECOND, World

DUE = NOW + 14 * DAY
HOUR = timedelta(hours=1)
QUICK = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def opened(order: Order, at: datetime = NOW) -> Order:
    with transaction.atomic():
        cases.open_case(services.lock(order.pk, shop_id=order.shop_id), now=at)
    return Order.objects.get(pk=order.pk)


def ended(order: Order, at: datetime = NOW, *, succeeded: bool = False) -> Order:
    with transaction.atomic():
        cases.end_case(services.lock(order.pk, shop_id=order.shop_id), succeeded=succeeded, now=at)
    return Order.objects.get(pk=order.pk)


def clock(order: Order) -> tuple[datetime | None, timedelta | None]:
    return order.receipt_due_at, order.receipt_left


def pause(world: World, starts: datetime, ends: datetime) -> None:
    world.lantern.pause_starts_at, world.lantern.pause_ends_at = starts, ends
    world.lantern.save()


# --- the clock stands still -----------------------------------------------------------------------------


@QUICK
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=24))
def test_the_receipt_waits_for_just_the_hours_in_which_a_case_was_open(acts: list[tuple[bool, int]]) -> None:
    """S-101: it is due when 14 days without any open case have passed, however the cases overlap."""
    order = Order(status=Status.SHIPPED, receipt_due_at=DUE, shop=Shop(code="x"))
    now, left, number = NOW, 14 * 24, 0
    with patch.object(Order, "save"):
        for opens, hours in acts:
            if opens:
                cases.open_case(order, now=now)
                number += 1
            elif number:
                cases.end_case(order, succeeded=False, now=now)
                number -= 1
            left -= 0 if number else min(hours, left)
            now += hours * HOUR
    assert order.open_cases == number
    if number:
        assert clock(order) == (None, left * HOUR)
    elif left:
        assert clock(order) == (now + left * HOUR, None)
    else:
        assert order.receipt_due_at is not None
        assert order.receipt_due_at <= now


@pytest.mark.parametrize(
    ("before_due", "left"), [(SECOND, SECOND), (0 * SECOND, 0 * SECOND), (-SECOND, 0 * SECOND), (-DAY, 0 * SECOND)]
)
def test_a_case_that_opens_about_the_end_keeps_what_is_left_and_never_less_than_nothing(
    world: World, before_due: timedelta, left: timedelta
) -> None:
    assert clock(opened(world.shipped(), DUE - before_due)) == (None, left)


def test_a_pause_while_the_case_is_open_takes_nothing_and_one_after_it_is_left_out(world: World) -> None:
    order = world.shipped()
    opened(order, NOW + 4 * DAY)  # 10 days are left
    pause(world, NOW + 5 * DAY, NOW + 6 * DAY)
    assert clock(ended(order, NOW + 8 * DAY)) == (NOW + 18 * DAY, None)
    opened(order, NOW + 8 * DAY)
    pause(world, NOW + 12 * DAY, NOW + 15 * DAY)
    assert clock(ended(order, NOW + 8 * DAY)) == (NOW + 21 * DAY, None)


@pytest.mark.parametrize(
    ("ends", "succeeded", "state"),
    [
        ([], 0, "open"),
        ([True], 1, "open"),
        ([False], 0, "open"),
        ([False, False], 0, "none"),
        ([True, False], 1, "succeeded"),
        ([False, True], 1, "succeeded"),
        ([True, True], 2, "succeeded"),
    ],
)
def test_an_order_is_in_after_sales_until_its_last_case_ends(
    world: World, ends: list[bool], succeeded: int, state: str
) -> None:
    order = opened(opened(world.shipped()))
    for success in ends:
        order = ended(order, succeeded=success)
    assert (order.open_cases, order.succeeded_cases, order.aftersales_state) == (2 - len(ends), succeeded, state)


@pytest.mark.parametrize("state", ["place_order", "completed"])
def test_a_case_where_no_clock_runs_starts_none(world: World, state: str) -> None:
    order = opened(getattr(world, state)())
    assert clock(order) == (None, None)
    assert clock(ended(order, NOW + DAY)) == (None, None)


def test_one_case_too_many_is_not_ended_and_counts_nothing(world: World) -> None:
    order = ended(opened(world.shipped()))
    with pytest.raises(AssertionError, match="no open case"):
        ended(order, succeeded=True)
    assert Order.objects.get(pk=order.pk).succeeded_cases == 0


# --- extensions -----------------------------------------------------------------------------------------


def agreed(world: World, order: Order) -> Order:
    return cases.extend_for_return(order, ticket_no="AS1", actor=world.actor("mei"), now=NOW)


def sent_again(world: World, order: Order) -> Order:
    return cases.extend_for_resend(order, actor=world.actor("mei"), now=NOW)


@pytest.mark.parametrize(("extend", "days"), [(agreed, 3), (sent_again, 10)])
def test_a_return_extends_by_the_days_of_the_policy_and_a_second_shipment_by_ten(
    world: World, extend: Any, days: int
) -> None:
    """S-093, S-094."""
    world.revise_policy(extension_days=3)
    order = world.shipped()
    world.revise_policy(extension_days=30)  # for orders from now on
    assert clock(extend(world, order)) == (DUE + days * DAY, None)
    row = order.history().last()
    assert row is not None
    assert (row.action, row.actor_kind, row.data["days"]) == ("extend_receipt", "rule", days)


@pytest.mark.parametrize("extend", [agreed, sent_again])
def test_two_extensions_add_up_and_write_a_blue_remark_each(world: World, extend: Any) -> None:
    order = extend(world, extend(world, world.shipped()))
    assert clock(order) == (DUE + 20 * DAY, None)
    assert [note.flag for note in order.notes.all()] == ["blue", "blue"]


@pytest.mark.parametrize("extend", [agreed, sent_again])
def test_while_a_case_is_open_the_days_are_added_to_what_is_left(world: World, extend: Any) -> None:
    order = extend(world, opened(world.shipped(), NOW + 13 * DAY))
    assert clock(order) == (None, 11 * DAY)
    assert clock(ended(order, NOW + 20 * DAY)) == (NOW + 31 * DAY, None)


@pytest.mark.parametrize("state", ["place_order", "completed"])
@pytest.mark.parametrize(("extend", "code"), [(agreed, "return_agreed"), (sent_again, "sent_again_completed")])
def test_without_a_clock_there_is_a_remark_without_days_and_no_step_of_the_history(
    world: World, state: str, extend: Any, code: str
) -> None:
    """S-129."""
    order = getattr(world, state)()
    steps = order.history().count()
    note = extend(world, order).notes.get()
    assert (note.code, note.flag, "days" in note.facts) == (code, "blue", False)
    assert order.history().count() == steps


@pytest.mark.parametrize(
    ("begins", "due"),
    [
        (NOW + 24 * DAY - SECOND, NOW + 27 * DAY),
        (NOW + 24 * DAY, NOW + 24 * DAY),
        (NOW + 24 * DAY + SECOND, NOW + 24 * DAY),
        (DUE, NOW + 27 * DAY),
    ],
)
def test_a_pause_within_the_added_days_is_not_counted(world: World, begins: datetime, due: datetime) -> None:
    order = world.shipped()
    pause(world, begins, begins + 3 * DAY)
    assert clock(agreed(world, Order.objects.get(pk=order.pk))) == (due, None)


# --- the close by refunds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refunded", "exchanged", "status"),
    [
        (0, 0, "shipped"),
        (2, 0, "shipped"),
        (0, 2, "shipped"),
        (1, 1, "shipped"),
        (3, 0, "closed"),
        (2, 1, "closed"),
        (0, 3, "closed"),
    ],
)
def test_an_order_is_closed_when_the_last_unit_is_gone(
    world: World, refunded: int, exchanged: int, status: str
) -> None:
    order = world.shipped(lines=[("A", "1.00", 3)])
    order.lines.update(refunded_quantity=refunded, exchanged_quantity=exchanged)
    assert cases.close_if_refunded(order, now=NOW).status == status


def test_the_lines_of_another_order_do_not_keep_it_open(world: World) -> None:
    order, _other = world.shipped(), world.shipped()
    order.lines.update(refunded_quantity=2)
    assert cases.close_if_refunded(order, now=NOW).status == "closed"


@pytest.mark.parametrize("who", ["mei", "oms", "sun", "alice"])
def test_no_person_closes_it_so(world: World, who: str) -> None:
    order = world.shipped()
    order.lines.update(refunded_quantity=2)
    with pytest.raises(Forbidden), transaction.atomic():
        cases.close_if_refunded(order, actor=world.actor(who), now=NOW)
    assert Order.objects.get(pk=order.pk).status == "shipped"


def test_the_case_that_closed_it_ends_without_starting_the_clock_again(world: World) -> None:
    order = opened(world.shipped(), NOW + DAY)
    order.lines.update(refunded_quantity=2)
    assert clock(cases.close_if_refunded(order, now=NOW + 2 * DAY)) == (None, None)
    order = ended(order, NOW + 3 * DAY, succeeded=True)
    assert (order.status, clock(order), order.aftersales_state) == ("closed", (None, None), "succeeded")


def test_an_unpaid_order_is_not_closed_by_refunds(world: World) -> None:
    order = world.place_order(paid=False)
    order.lines.update(refunded_quantity=2)
    assert cases.close_if_refunded(order, now=NOW).status == "pending_payment"
