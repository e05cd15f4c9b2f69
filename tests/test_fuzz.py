"""Fuzzing from the schema (schemathesis): no answer of 5xx, none that the schema does not tell of."""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.meta import TestPhase

from tests.desk import Desk
from tests.fixtures import authorization
from tests.undone import undone
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]

WHO = ("alice", "mei", "oms", "song")
# The edges of every field of every operation are thousands: one in six is asked.
ONE_IN = 6
DRAWN = 2  # of each operation, besides its edges: each is asked, as drawing them is what takes long
NOT_BAD_INPUT = [
    # A rule of the shop may say no to well-formed input; which ones do is what the other tests are about.
    schemathesis.checks.positive_data_acceptance,
]


@pytest.fixture
def rows(world: World) -> dict[str, Any]:
    """Real rows, so that the fuzzer gets behind the 404."""
    desk = Desk(world)
    world.sku("TEE-L", on_hand=3)
    paid = desk.apply(world.place_order(), "refund_only", "dont_want")
    return {
        "order_no": world.place_order().order_no,
        "ticket_no": desk.apply(world.delivered()).ticket_no,
        "refund_no": paid.refunds.get().refund_no,
    }


@pytest.fixture
def one_process() -> Iterator[None]:
    """The application is called as Django's test client calls it: its connection is the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(one_process: None) -> Any:
    found = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    found.app = get_wsgi_application()
    return found


@pytest.fixture
def ask(world: World, rows: dict[str, Any]) -> Callable[[Any], None]:
    """Sends a case as one person after the other, and judges the answer."""
    people = cycle([authorization(world.users[name]) for name in WHO])
    turns = cycle(range(ONE_IN))

    def sent(case: Any) -> None:
        if case.meta.phase.name != TestPhase.FUZZING and next(turns):
            return
        for name in set(case.path_parameters or {}) & set(rows):
            case.path_parameters[name] = rows[name]
        with undone():
            case.call_and_validate(headers={"Authorization": next(people)}, excluded_checks=NOT_BAD_INPUT)

    return sent


def fuzzer(operation: Any, ask: Callable[[Any], None], schema: Any) -> Callable[[], None]:
    """Made when the test runs: `schema.parametrize()` costs every run of pytest ten seconds of collection, and gives
    all operations one name, of which xdist runs one."""
    chosen = settings(
        max_examples=DRAWN, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    modes = list(HypothesisTestMode)
    test: Callable[[], None] = create_test(
        operation=operation,
        test_func=ask,
        config=HypothesisTestConfig(project=schema.config, modes=modes, settings=chosen, seed=1),
    )
    return test


def test_no_answer_is_a_fault_or_undocumented(
    schema: Any, ask: Callable[[Any], None], settings: Any, subtests: pytest.Subtests
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    asked = 0
    for found in schema.get_all_operations():
        asked += 1
        with subtests.test(found.ok().label):
            fuzzer(found.ok(), ask, schema)()
    assert asked > 50
