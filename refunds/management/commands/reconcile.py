"""`manage.py reconcile [--channel NAME] [--date D] [--bill FILE]` (contract §1, docs/reconciliation.md)."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.progress import SOON, progress
from kernel.tables import Unreadable
from refunds.reconciliation import run
from refunds.reconciliation.run import Run


class Command(BaseCommand):
    help = "Compares refunds with the channel, or with its bill; exit 1 where there are new differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--channel", default="", metavar="NAME", help="as in payments; by default every one")
        parser.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="by default yesterday")
        parser.add_argument("--bill", type=Path, metavar="FILE", help="the channel's bill: Alipay, WeChat Pay, Stripe")

    def handle(self, *args: Any, **options: Any) -> None:
        now, channel, day, bill = timezone.now(), options["channel"], options["date"], options["bill"]
        if bill is not None:
            runs = [_of_bill(bill, channel, day)]
        else:
            known = run.channels()
            if channel and channel not in known:
                raise CommandError(_not_connected(channel, known))
            day = day or timezone.localdate(now) - timedelta(days=1)
            runs = [_of_channel(name, day) for name in ([channel] if channel else known)]
        for one in runs:
            self._report(one)
        compared, differences = (sum(getattr(one.result, name) for one in runs) for name in ("compared", "differences"))
        summary = f"{compared} compared, {differences} differences"
        self.stdout.write(summary)
        if any(one.result.new or one.unanswered for one in runs):
            sys.exit(1)  # monitoring reads the exit status and not the text

    def _report(self, one: Run) -> None:
        for text in one.bad.listed:
            self.stdout.write(f"not compared: {text}")
        if one.bad.count > len(one.bad.listed):
            self.stdout.write(f"not compared: {one.bad.count - len(one.bad.listed)} more rows")
        if one.result.unknown_fees:
            self.stdout.write(f"{one.channel}: {one.result.unknown_fees} fees of payments that nobody here knows")
        if one.unanswered:
            self.stdout.write(f"{one.channel}: {one.unanswered} refunds of which the channel said nothing")
        for new in one.result.new:
            here, there = (value if value is not None else "–" for value in (new.here, new.there))
            self.stdout.write(f"new: {one.channel} {new.kind} {new.number}: here {here}, there {there}")


def _not_connected(channel: str, known: list[str]) -> str:
    """This process has the channels of its own environment, whatever others beside it have."""
    text = f"{channel}: this payment channel isn't connected in the environment of this command, nor by an account of"
    text += f" a shop. Connected: {', '.join(known)}."
    if settings.DEBUG and not settings.FAKE_CHANNELS:
        text += " Beside `FAKE_CHANNELS=1 make run`, start this with FAKE_CHANNELS=1 as well."
    return text


def _of_bill(path: Path, channel: str, day: date | None) -> Run:
    try:
        with progress(0, label=path.name, unit="rows", after=SOON) as bar:
            return run.of_bill(path, now=timezone.now(), channel=channel, day=day, read=bar.update)
    except Unreadable as error:
        raise CommandError(f"{path}: {error}") from error


def _of_channel(channel: str, day: date) -> Run:
    with progress(0, label=channel, unit="refunds", after=SOON) as bar:
        return run.of_channel(channel, day=day, now=timezone.now(), asked=bar.update)
