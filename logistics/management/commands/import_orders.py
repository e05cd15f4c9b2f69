"""`manage.py import_orders` (contract §1, §6). It is in this app because it stores parcels too."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Shop
from logistics.importing import parcels
from orders.importing import Target, Unreadable, import_file
from orders.importing.file import rejects_path


class Command(BaseCommand):
    help = (
        "Imports past orders from a table (CSV or .xlsx, docs/files.md). Bad orders go into FILE.rejects.csv; a second"
        " run imports the rest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv[.gz]|.xlsx")
        parser.add_argument("--shop", metavar="CODE", help="needed where there is more than one shop")
        parser.add_argument("--dry-run", action="store_true", help="check the file, write nothing into the database")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        target = Target(self._shop(options["shop"]), timezone.now(), also=[parcels])
        try:
            summary = import_file(path, target, dry_run=options["dry_run"])
        except Unreadable as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What is in stays; the same command again goes on from there.") from None
        for name in summary.passed_over:
            self.stderr.write(f"Passed over: the column “{name}” is not known.")
        self.stdout.write(("dry run, nothing written: " if options["dry_run"] else "") + str(summary))
        if summary.rejected:
            self.stdout.write(f"rejected rows with reasons: {rejects_path(path)}")

    def _shop(self, code: str | None) -> Shop:
        shops = Shop.objects.select_related("policy")
        codes = list(shops.values_list("code", flat=True)[:20])
        if code is None and len(codes) != 1:
            choice = " | ".join(codes) or "CODE (there is none)"
            raise CommandError(f"Say which shop the orders belong to: --shop {choice}.")
        shop = shops.filter(code=code or codes[0]).first()
        if shop is None:
            raise CommandError(f"There is no shop “{code}”. Shops: {', '.join(codes) or 'none'}.")
        return shop
