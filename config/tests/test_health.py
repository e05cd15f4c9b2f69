"""/healthz says that the process lives; /readyz that it can work, or why not."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from config import celery_settings
from web import health

pytestmark = pytest.mark.django_db


def test_alive_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "broker": "ok", "migrations": "ok"}}


def test_a_lost_database_is_503_without_its_secrets(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> str:
        raise OperationalError('connection to server at "10.1.2.3" failed: password "hidden-word"')

    monkeypatch.setitem(health.CHECKS, "database", lost)
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "unreachable (OperationalError)"
    assert "hidden-word" not in answer.content.decode()
    assert "10.1.2.3" not in answer.content.decode()


def test_a_lost_broker_is_503(client: Client, settings: Any, tmp_path: Path) -> None:
    folder = f"filesystem://{tmp_path}/broker"
    settings.CELERY_BROKER_URL = folder
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = celery_settings.transport_options(folder, role="web")
    assert client.get("/readyz").status_code == 200

    (tmp_path / "broker").rename(tmp_path / "gone")

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == "the broker folder is gone"


def test_a_migration_that_waits_is_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2])
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "2 not applied: run manage.py migrate"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_to_be_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
