"""`manage.py run_due`: which jobs run, on which clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kernel import jobs
from kernel.jobs import Outcome


@pytest.fixture
def calls(monkeypatch):
    """Two jobs of our own instead of the real ones; what they were called with."""
    calls = []

    def job(name, outcome):
        def run(now, dry_run):
            calls.append((name, now, dry_run))
            return outcome

        return run

    monkeypatch.setattr(jobs, "_JOBS", {})
    monkeypatch.setattr(jobs, "_create_task", lambda job: None)
    jobs.register("kernel.sweep", job("sweep", Outcome(3, 2, 1)), order=2, every=1)
    jobs.register("kernel.ring", job("ring", Outcome()), order=1, every=1)
    return calls


def test_every_job_once_in_its_order(calls, capsys):
    before = timezone.now()
    call_command("run_due")
    assert capsys.readouterr().out == "ring: 0 done, 0 skipped, 0 failed\nsweep: 3 done, 2 skipped, 1 failed\n"
    assert [name for name, _, _ in calls] == ["ring", "sweep"]
    assert all(before <= now <= timezone.now() and not dry for _, now, dry in calls)
    assert len({now for _, now, _ in calls}) == 1


def test_only_one(calls, capsys):
    call_command("run_due", only="sweep")
    assert [name for name, _, _ in calls] == ["sweep"]
    assert capsys.readouterr().out == "sweep: 3 done, 2 skipped, 1 failed\n"


def test_an_unknown_job_gets_the_names(calls):
    with pytest.raises(CommandError, match=r"no job “sleep”. Jobs: ring, sweep"):
        call_command("run_due", only="sleep")
    assert calls == []


TIMES = [("2026-03-01T12:00:00+00:00", 12), ("2026-03-01T12:00:00", 4), ("2026-03-01", -8)]


@pytest.mark.parametrize(("text", "hour"), TIMES)
def test_now_is_handed_to_the_jobs(calls, settings, text, hour):
    settings.DEBUG = True
    call_command("run_due", now=text)
    at = datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC"))
    assert {(now - at).total_seconds() / 3600 for _, now, _ in calls} == {hour}
    assert timezone.now().year >= datetime.now(tz=ZoneInfo("UTC")).year, "no global clock was moved"


def test_now_is_refused_while_debug_is_off(calls, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="refused while DEBUG is off; add --dry-run"):
        call_command("run_due", now="2026-03-01")
    assert calls == []


def test_now_with_dry_run_is_allowed_anywhere(calls, settings):
    settings.DEBUG = False
    call_command("run_due", now="2026-03-01T00:00:00+08:00", dry_run=True)
    assert [dry for _, _, dry in calls] == [True, True]


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "", "26-1-1"])
def test_a_time_that_is_none(calls, settings, text):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="is not an ISO 8601 time"):
        call_command("run_due", now=text)
    assert calls == []


def test_a_job_that_breaks_does_not_stop_the_others(calls, capsys):
    def broken(now, dry_run):
        raise RuntimeError("no")

    jobs.register("kernel.burst", broken, order=0, every=1)
    with pytest.raises(CommandError, match="Broke off: burst"):
        call_command("run_due")
    assert capsys.readouterr().out.startswith("burst: 0 done, 0 skipped, 1 failed\nring: ")
    assert len(calls) == 2


@pytest.mark.django_db
def test_the_real_jobs_on_an_empty_database(capsys, settings):
    call_command("run_due")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(jobs.jobs()) > 0
    assert all(line.endswith(": 0 done, 0 skipped, 0 failed") for line in lines)


@pytest.mark.django_db
def test_a_dry_run_of_the_real_jobs_writes_nothing(django_assert_num_queries, capsys):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        call_command("run_due", now="2030-01-01", dry_run=True)
    words = {query["sql"].split()[0] for query in queries.captured_queries}
    assert words <= {"SELECT", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
