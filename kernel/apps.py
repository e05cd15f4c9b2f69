from datetime import datetime

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        from . import idempotency
        from .jobs import Outcome, register
        from .shops import cells

        def purge_idempotency(now: datetime, dry_run: bool) -> Outcome:
            return Outcome(done=idempotency.purge(now, dry_run))

        post_migrate.connect(cells.set_id_ranges, sender=self)
        # An hour is long to wait for the next run, so a lost database is tried again earlier.
        register("kernel.purge_idempotency", purge_idempotency, order=90, every=3600, retries=3)
