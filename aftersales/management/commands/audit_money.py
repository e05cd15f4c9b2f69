"""`manage.py audit_money`: every stored total against its parts; exit 1 where one differs (contract §1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aftersales import audit
from aftersales.audit.run import COUNT
from kernel.progress import SOON, progress


class Command(BaseCommand):
    help = "Recomputes every stored total from its parts and prints each difference."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        with progress(COUNT, label="audit", unit="checks", after=SOON) as bar:
            for difference in audit.run(bar.update):
                self.stdout.write(str(difference))
                differences += 1
        if differences:
            # An error, because monitoring reads the exit status and not the text.
            raise CommandError(f"{COUNT} checks, {differences} differences.")
        self.stdout.write(f"{COUNT} checks, no difference.")
