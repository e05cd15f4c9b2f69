"""Every number of a policy at its floor and ceiling and one beyond: in the database, in the service, in the form."""

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts import services
from accounts.models import Policy
from accounts.policy import BOUNDS
from kernel.errors import Invalid
from tests.undone import undone
from tests.world import World

CASES = [
    (name, value, bounds.floor <= value <= bounds.ceiling)
    for name, bounds in BOUNDS.items()
    for value in (bounds.floor - 1, bounds.floor, bounds.ceiling, bounds.ceiling + 1)
]


def test_every_number_has_bounds_and_keeps_them_by_default() -> None:
    fields = [field for field in Policy._meta.fields if isinstance(field, models.PositiveSmallIntegerField)]
    numbers = {field.name: field for field in fields}
    assert set(numbers) == set(BOUNDS)
    for name, bounds in BOUNDS.items():
        assert bounds.floor <= numbers[name].default <= bounds.ceiling, name


def test_the_law_comes_first() -> None:
    """D-2, D-4 art. 13: seven days without a reason, seven days to refund, fifteen for formalities."""
    assert (BOUNDS["no_reason_days"].floor, BOUNDS["window_days"].floor) == (7, 7)
    assert BOUNDS["receive_after_delivery_hours"].ceiling == 7 * 24
    assert (BOUNDS["receive_days"].ceiling, BOUNDS["refund_alarm_days"].ceiling) == (15, 7)


@pytest.mark.parametrize(("name", "value", "fine"), CASES)
def test_in_the_database(world: World, name: str, value: int, fine: bool) -> None:
    if fine:
        assert getattr(Policy.objects.create(shop=world.lantern, **{name: value}), name) == value
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create(shop=world.lantern, **{name: value})


@pytest.mark.parametrize("name", BOUNDS)
def test_by_sql_past_the_program(world: World, name: str) -> None:
    floor, ceiling, policy = BOUNDS[name].floor, BOUNDS[name].ceiling, world.lantern.policy_id
    for value in (-32_768, -1, 0, floor - 1, floor, ceiling, ceiling + 1, 32_767, None):
        fine = value is not None and floor <= value <= ceiling
        with undone(), connection.cursor() as cursor:
            try:
                cursor.execute(f"UPDATE accounts_policy SET {name} = %s WHERE id = %s", [value, policy])
            except IntegrityError:
                assert not fine, value
            else:
                assert fine, value


@pytest.mark.parametrize("name", BOUNDS)
def test_in_the_service(world: World, name: str) -> None:
    actor, bounds = world.actor("mei"), BOUNDS[name]
    for value in (bounds.floor - 1, bounds.ceiling + 1):
        with pytest.raises(Invalid) as refused:
            services.revise_policy(world.lantern, {name: value}, actor=actor, now=world.now)
        assert list(refused.value.errors or {}) == [name]
    for value in (bounds.floor, bounds.ceiling):
        policy = services.revise_policy(world.lantern, {name: value}, actor=actor, now=world.now)
        assert getattr(policy, name) == value
