"""GET /metrics: what it says, and to whom."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from kernel import watch
from refunds import services as refunds
from refunds.tests.helpers import paid, reserve
from tests.world import World
from web.health import metrics

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client: Client, settings: Any) -> Any:
    settings.METRICS_ADDRESSES = ["127.0.0.0/8"]

    def figures() -> dict[str, dict[str, float]]:
        answer = client.get("/metrics")
        assert answer.status_code == 200
        return {
            family.name: {",".join(sample.labels.values()): sample.value for sample in family.samples}
            for family in text_string_to_metric_families(answer.content.decode())
        }

    return figures


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Authorization": "Bearer wrong"}, 404),
        ({"Authorization": "Token the-token"}, 404),
        ({"Authorization": "Bearer the-token"}, 200),
        ({"Authorization": "bearer the-token"}, 200),
    ],
)
def test_a_token_opens_it(client: Client, settings: Any, headers: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "the-token", []
    assert client.get("/metrics", headers=headers).status_code == status


def test_closed_to_everybody_by_default(client: Client, settings: Any) -> None:
    assert (settings.METRICS_TOKEN, settings.METRICS_ADDRESSES) == ("", [])
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "10.1.2.3", "", 200),
        (0, "10.2.2.3", "", 404),
        (0, "10.1.2.3", "203.0.113.9", 404),  # by a proxy that nobody counted
        (1, "10.1.2.3", "203.0.113.9", 404),
        (1, "203.0.113.9", "10.1.7.7", 200),
        (0, "", "", 404),
    ],
)
def test_an_address_opens_it(
    client: Client, settings: Any, proxies: int, peer: str, forwarded: str, status: int
) -> None:
    settings.METRICS_ADDRESSES, settings.NUM_PROXIES = ["10.1.0.0/16"], proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=peer).status_code == status


def test_heartbeats_queues_due_rows_and_refunds(read: Any, world: World) -> None:
    watch.record(watch.WORKER, "worker money@here 1", ["money"])
    watch.record(watch.BEAT, "beat@here 2")
    waiting, done = reserve(paid(world, "A-1"), now=world.now), reserve(paid(world, "A-2"), now=world.now)
    assert refunds.send(done.pk, now=world.now)
    assert waiting.status == "pending"

    found = read()

    assert found["aftersales_workers"] == {"money": 1, "sweeps": 0, "couriers": 0, "news": 0}
    assert found["aftersales_beats"] == {"": 1}
    assert list(found["aftersales_heartbeat_age_seconds"]) == ["beat,beat@here 2", "worker,worker money@here 1"]
    assert found["aftersales_due_rows"]["send_refunds"] == 1
    assert 0 <= found["aftersales_oldest_due_seconds"]["send_refunds"] < 600
    assert found["aftersales_refunds"] == {"pending": 1, "processing": 0, "succeeded": 1, "failed": 0, "returned": 0}
    assert found["aftersales_oldest_open_refund_seconds"][""] > 0
    assert found["aftersales_broker_up"] == {"": 1}
    assert set(found["aftersales_queue_length"]) == {"money", "sweeps", "couriers", "news"}


def test_a_source_that_is_away_takes_no_other_with_it(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, int]:
        raise OSError("no broker")

    monkeypatch.setattr(metrics, "_lengths", away)
    monkeypatch.setattr(watch, "pulses", away)
    found = read()
    assert found["aftersales_broker_up"] == {"": 0}
    assert found["aftersales_source_errors"] == {"processes": 1}
    assert "aftersales_refunds" in found
