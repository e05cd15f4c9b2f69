"""`manage.py audit_money`: every stored total against its parts; exit 1 where one differs (contract §1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aftersales import audit
from aftersales.audit.run import COUNT


class Command(BaseCommand):
    help = "Recomputes every stored total from its parts and prints each difference."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        for difference in audit.run():
            self.stdout.write(str(difference))
            differences += 1
        if differences:
            # An error, because monitoring reads the exit status and not the text.
            raise CommandError(f"{COUNT} checks, {differences} differences.")
        self.stdout.write(f"{COUNT} checks, no difference.")
