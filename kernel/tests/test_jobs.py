"""The register of jobs: a row that fails stops no other, a dead broker stops nothing."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from kernel import jobs
from kernel.jobs import Outcome
from kernel.models import IdempotencyKey
from tests.world import NOW


def test_outcomes_add_up():
    assert Outcome(1, 2, 3) + Outcome(done=1) == Outcome(2, 2, 3)
    assert str(Outcome(1, 2, 3)) == "1 done, 2 skipped, 3 failed"


def test_each_row_is_a_transaction_of_its_own(db):
    failed = []

    def ring(pk: int) -> bool:
        IdempotencyKey.objects.create(user_id=pk, key="k", fingerprint="", status_code=200, body="", created_at=NOW)
        if pk == 2:
            raise ValueError("poison")
        return pk != 3

    outcome = jobs.each([1, 2, 3, 4], ring, lambda pk, error: failed.append((pk, str(error))))
    assert outcome == Outcome(done=2, skipped=1, failed=1)
    assert failed == [(2, "poison")]
    assert set(IdempotencyKey.objects.values_list("user_id", flat=True)) == {1, 3, 4}


def test_the_time_limit_of_the_job_is_no_fault_of_a_row(db):
    failed = []

    def fire(pk: int) -> bool:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        jobs.each([1, 2], fire, lambda pk, error: failed.append(pk))
    assert failed == []


def test_tickets_and_refunds_run_before_the_clocks_of_orders():
    names = [job.name for job in jobs.jobs()]
    assert names.index("confirm_receipt") < names.index("close_window")
    assert jobs.job("confirm_receipt").order == 50


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_costs_a_minute_not_the_request(settings, monkeypatch):
    settings.ENQUEUE_JOBS = True

    def down(*args: object, **options: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr("kernel.jobs.current_app.send_task", down)
    with transaction.atomic():
        jobs.enqueue_after_commit("refunds.send", 1)
