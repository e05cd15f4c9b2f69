from datetime import datetime

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        from . import idempotency
        from .jobs import Outcome, register

        def purge_idempotency(now: datetime, dry_run: bool) -> Outcome:
            return Outcome(done=idempotency.purge(now, dry_run))

        register("purge_idempotency", purge_idempotency, order=90, every=3600)
