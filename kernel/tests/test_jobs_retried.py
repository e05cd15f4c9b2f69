"""A job that lost its database is tried again, later and later; what is sent to workers waits for the commit."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from celery.exceptions import Retry, SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from .. import jobs
from ..jobs import Outcome
from ..models import IdempotencyKey

AT = datetime.fromisoformat("2026-03-02T10:00:00+08:00")


@pytest.fixture(autouse=True)
def _own_register(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No job of the product, and no task of ours afterwards."""
    monkeypatch.setattr(jobs, "_JOBS", {})
    before = set(current_app.tasks)
    yield
    for name in set(current_app.tasks) - before:
        current_app.tasks.pop(name)


def task(error: Exception | None = None, **options: Any) -> tuple[Any, list[tuple[datetime, bool]]]:
    """The Celery task of a job that fails with this error, and the calls it gets."""
    calls: list[tuple[datetime, bool]] = []

    def run(now: datetime, dry_run: bool) -> Outcome:
        calls.append((now, dry_run))
        if error is not None:
            raise error
        return Outcome(1, 2, 3)

    jobs.register("kernel.test_retried", run, order=1, every=3600, **options)
    return current_app.tasks["kernel.test_retried"], calls


def test_the_task_runs_the_job_at_the_present_time_and_in_earnest() -> None:
    created, calls = task()
    before = timezone.now()
    assert created.apply().get() == "1 done, 2 skipped, 3 failed"
    [(now, dry_run)] = calls
    assert before <= now <= timezone.now()
    assert dry_run is False


@pytest.mark.parametrize("retries", [0, 1, 3])
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_lost_database_is_tried_again_as_often_as_was_said(error: Exception, retries: int) -> None:
    created, calls = task(error, retries=retries)
    assert created.apply().failed()
    assert len(calls) == 1 + retries


@pytest.mark.parametrize("error", [ValueError("fault"), KeyError("fault"), RuntimeError("fault")])
def test_a_fault_of_the_code_is_not_tried_again(error: Exception) -> None:
    created, calls = task(error, retries=3)
    assert created.apply().failed()
    assert len(calls) == 1


def test_the_wait_is_a_minute_and_then_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    created, _ = task(OperationalError("gone"), retries=3)
    waits: list[int] = []

    def retry(**options: Any) -> Retry:
        waits.append(options["countdown"])
        return Retry()

    monkeypatch.setattr(created, "retry", retry)
    for number in range(3):
        created.push_request(retries=number)
        with pytest.raises(Retry):
            created.run()
        created.pop_request()
    assert waits == [60, 120, 240]


@pytest.mark.parametrize(("options", "soft"), [({}, 300), ({"time_limit": 20}, 20)])
def test_half_a_minute_from_its_limit_until_it_is_killed(options: dict[str, Any], soft: int) -> None:
    created, _ = task(**options)
    assert (created.soft_time_limit, created.time_limit) == (soft, soft + 30)


def test_a_name_is_taken_whatever_the_app() -> None:
    task()
    with pytest.raises(ValueError, match="two jobs are called test_retried"):
        jobs.register("orders.test_retried", lambda now, dry_run: Outcome(), order=2, every=1)
    assert jobs.job("test_retried").task == "kernel.test_retried"


def test_jobs_stand_in_their_order_and_then_by_name() -> None:
    for name, order in [("c", 2), ("b", 10), ("a", 10), ("d", 1)]:
        jobs.register(f"kernel.test_{name}", lambda now, dry_run: Outcome(), order=order, every=1)
    assert [job.name for job in jobs.jobs()] == ["test_d", "test_c", "test_a", "test_b"]


def keep(pk: int) -> bool:
    IdempotencyKey.objects.create(user_id=pk, key="k", fingerprint="", status_code=200, body="", created_at=AT)
    return True


def test_what_was_done_before_the_time_was_up_stays_done(db: None) -> None:
    def fire(pk: int) -> bool:
        keep(pk)
        if pk == 3:
            raise SoftTimeLimitExceeded
        return True

    with pytest.raises(SoftTimeLimitExceeded):
        jobs.each(iter([1, 2, 3, 4]), fire, lambda pk, error: None)
    assert set(IdempotencyKey.objects.values_list("user_id", flat=True)) == {1, 2}


def test_the_mark_of_a_failed_row_is_kept_though_its_work_is_not(db: None) -> None:
    def fire(pk: int) -> bool:
        keep(pk)
        raise OperationalError("lost")

    def failed(pk: int, error: Exception) -> None:
        IdempotencyKey.objects.create(
            user_id=pk + 100, key="failed", fingerprint="", status_code=500, body=str(error), created_at=AT
        )

    outcome = jobs.each([1], fire, failed)
    assert outcome == Outcome(failed=1)
    assert list(IdempotencyKey.objects.values_list("user_id", "body")) == [(101, "lost")]


def test_no_rows_are_no_outcome() -> None:
    assert jobs.each([], lambda pk: True, lambda pk, error: None) == Outcome()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[str, tuple[int, ...], bool]]:
    settings.ENQUEUE_JOBS = True
    messages: list[tuple[str, tuple[int, ...], bool]] = []

    def send(name: str, *, args: tuple[int, ...], ignore_result: bool, retry: bool) -> None:
        assert not retry
        messages.append((name, args, ignore_result))

    monkeypatch.setattr("kernel.jobs.current_app.send_task", send)
    return messages


def test_a_task_is_sent_after_the_commit(db: None, sent: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue_after_commit("refunds.send", 1, 2)
        assert sent == []
    assert sent == [("refunds.send", (1, 2), True)]


def test_what_was_rolled_back_sends_nothing(db: None, sent: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue_after_commit("refunds.send", 1)
        with transaction.atomic():
            jobs.enqueue_after_commit("refunds.send", 2)
            transaction.set_rollback(True)
    assert [args for _, args, _ in sent] == [(1,)]


def test_nothing_is_sent_where_it_was_switched_off(
    db: None, sent: list[Any], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ENQUEUE_JOBS = False
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue_after_commit("refunds.send", 1)
    assert sent == []


def test_keys_are_purged_when_they_are_older_than_a_day(db: None) -> None:
    from ..idempotency import RETENTION, purge

    second = timedelta(seconds=1)
    for pk, age in enumerate([RETENTION - second, RETENTION, RETENTION + second]):
        IdempotencyKey.objects.create(
            user_id=pk, key="k", fingerprint="", status_code=200, body="", created_at=AT - age
        )
    assert (purge(AT, True), IdempotencyKey.objects.count()) == (1, 3)
    assert purge(AT, False) == 1
    assert set(IdempotencyKey.objects.values_list("user_id", flat=True)) == {0, 1}
