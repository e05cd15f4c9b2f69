"""Fuzzing from the schema (schemathesis): no answer of 5xx, none that the schema does not tell of."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from rest_framework.authtoken.models import Token

from tests.desk import Desk
from tests.undone import undone
from tests.world import World

pytestmark = pytest.mark.django_db

WHO = ("alice", "mei", "oms", "song")
NOT_BAD_INPUT = [
    # A rule of the shop may say no to well-formed input; which ones do is what the other tests are about.
    schemathesis.checks.positive_data_acceptance,
]

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = get_wsgi_application()


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
def tokens(world: World) -> Iterator[str]:
    """One person after the other."""
    return cycle([f"Token {Token.objects.create(user=world.users[name]).key}" for name in WHO])


@pytest.fixture(autouse=True)
def one_process(settings: Any) -> Iterator[None]:
    """The application is called as Django's test client calls it: its connection is the test's."""
    settings.ALLOWED_HOSTS = ["*"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@hypothesis_settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_fault_or_undocumented(case: Any, rows: dict[str, Any], tokens: Iterator[str]) -> None:
    for name in set(case.path_parameters or {}) & set(rows):
        case.path_parameters[name] = rows[name]
    with undone():
        case.call_and_validate(headers={"Authorization": next(tokens)}, excluded_checks=NOT_BAD_INPUT)
