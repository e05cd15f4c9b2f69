"""Files of evidence without a row: what a process that was killed between the two left behind."""

import logging
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from kernel.jobs import Outcome

from .models import Evidence

log = logging.getLogger(__name__)
FOLDER = "evidence/"
# The row is stored right after the file: a day is more than any upload takes.
GRACE = timedelta(days=1)
BATCH = 500


def sweep(now: datetime, dry_run: bool) -> Outcome:
    """Deletes files that no row names for longer than GRACE. Where most files have no row, the folder is that of
    another database, and nothing is deleted."""
    known, lost, files = 0, [], _files()
    for start in range(0, len(files), BATCH):
        names = files[start : start + BATCH]
        rows = _named(names)
        known += len(rows)
        lost += [name for name in names if name not in rows]
    old = [name for name in lost if _older(name, now - GRACE)]
    if old and len(lost) > known:
        log.error("%d of %d files in %s have no row: is it of another database?", len(lost), len(lost) + known, FOLDER)
        return Outcome(skipped=len(old))
    if not dry_run:
        for name in old:
            default_storage.delete(name)
    return Outcome(done=len(old))


def _files() -> list[str]:
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # nothing was uploaded yet
        return []
    return [f"{FOLDER}{name}" for name in names]


def _named(names: list[str]) -> set[str]:
    files = Evidence.objects.filter(file__in=names).values_list("file", flat=True)
    return {*files, *Evidence.objects.filter(thumbnail__in=names).values_list("thumbnail", flat=True)}


def _older(name: str, since: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < since
    except FileNotFoundError:  # its upload was undone meanwhile
        return False
