"""A request whose connection to the database ends, at whichever statement: 503, nothing done, and the same key again
does it once."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection
from rest_framework.test import APIClient

from kernel.models import History
from orders.models import Order
from tests.fixtures import authorization
from tests.processes import database_url
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MAX_STATEMENTS = 60


@contextmanager
def cut_before(number: int) -> Iterator[list[str]]:
    """The server ends the connection before its statement `number`. Yields the statements that were sent."""
    sent: list[str] = []

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        if len(sent) == number:
            pid = connection.connection.info.backend_pid
            with closing(psycopg2.connect(database_url())) as other, other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield sent
    connection.close()  # as at the end of a request, where a broken connection is given up


def test_it_is_503_at_every_statement_and_the_same_key_does_it_once(world: World) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=authorization(world.oms))

    def pack(order: Order) -> Any:
        path = f"/api/v1/orders/{order.order_no}/pack/"
        return client.post(path, {}, format="json", HTTP_IDEMPOTENCY_KEY=f"key-{order.pk}")

    for number in range(1, MAX_STATEMENTS):
        order = world.place_order()
        with cut_before(number) as sent:
            answer = pack(order)
        if len(sent) < number:
            assert answer.status_code == 200
            break
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), f"{number}: {sent[-1]}"
        assert pack(order).status_code == 200
        assert pack(order)["Idempotency-Replayed"] == "true"
        assert History.objects.filter(machine="order", object_id=order.pk, action="pack").count() == 1
    else:
        raise AssertionError(f"more than {MAX_STATEMENTS} statements")
    assert number > 10, "the claim, the effect and the answer"
