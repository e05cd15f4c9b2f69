"""The deadlines of orders. They run after those of tickets and refunds, which may stop or end them."""

from datetime import datetime

from kernel.jobs import Outcome, register
from kernel.watch import Backlog

from . import sweeps


def confirm_receipt(now: datetime, dry_run: bool) -> Outcome:
    """S-098: fourteen days after the last parcel left, the receipt counts as confirmed."""
    return Outcome(done=sweeps.receipts_due(now).count()) if dry_run else sweeps.confirm_receipts(now)


def close_window(now: datetime, dry_run: bool) -> Outcome:
    """S-099: the after-sales window is over."""
    return Outcome(done=sweeps.windows_due(now).count()) if dry_run else sweeps.close_windows(now)


def _receipts(now: datetime) -> Backlog:
    return Backlog.of(sweeps.receipts_due(now), "receipt_due_at")


def _windows(now: datetime) -> Backlog:
    return Backlog.of(sweeps.windows_due(now), "window_ends_at")


register("orders.confirm_receipt", confirm_receipt, order=50, every=60, waiting=_receipts)
register("orders.close_window", close_window, order=60, every=60, waiting=_windows)
