"""`manage.py run_due`: every due job once, in this process, as beat would (contract §1)."""

import logging
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kernel.jobs import Job, Outcome, jobs
from kernel.progress import SOON, progress

log = logging.getLogger(__name__)


def parse_now(text: str) -> datetime:
    """ISO 8601; without an offset it is a time of TIME_ZONE."""
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else timezone.make_aware(at)
    except (ValueError, OverflowError):
        raise CommandError(f"--now: “{text}” is not an ISO 8601 time such as 2026-01-31T12:00:00+08:00.") from None


class Command(BaseCommand):
    help = "Runs every due job once, as beat would, and prints a line a job."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="the time that the jobs read (ISO 8601; only with DEBUG or --dry-run)")
        parser.add_argument("--only", metavar="JOB", help="run this job alone")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options["only"])
        now = self._now(options["now"], options["dry_run"])
        broken = []
        with progress(len(chosen), label="jobs", unit="jobs", after=SOON) as bar:
            for job in chosen:
                if not self._run(job, now, options["dry_run"]):
                    broken.append(job.name)
                bar.update()
        if broken:
            raise CommandError(f"Broke off: {', '.join(broken)}. The log above says why.")

    def _chosen(self, name: str | None) -> list[Job]:
        known = jobs()
        chosen = [job for job in known if name in (None, job.name)]
        if name is not None and not chosen:
            raise CommandError(f"There is no job “{name}”. Jobs: {', '.join(job.name for job in known)}.")
        return chosen

    def _now(self, text: str | None, dry_run: bool) -> datetime:
        if text is None:
            return timezone.now()
        if not (settings.DEBUG or dry_run):
            raise CommandError("--now moves the clock of real orders and is refused while DEBUG is off; add --dry-run.")
        return parse_now(text)

    def _run(self, job: Job, now: datetime, dry_run: bool) -> bool:
        """One job that breaks must not keep the others from running."""
        try:
            outcome, succeeded = job.run(now, dry_run), True
        except Exception:
            log.exception("the job %s broke off", job.name)
            outcome, succeeded = Outcome(failed=1), False
        self.stdout.write(f"{job.name}: {outcome}")
        return succeeded
