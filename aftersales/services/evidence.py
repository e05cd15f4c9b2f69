"""Evidence files: checked, decoded and encoded again without metadata, so that only pictures are stored (S-106, A18).

The picture is encoded before anything is written, and files are written before the row: a failure leaves neither.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Shop, User
from kernel.errors import Conflict, DomainError, TooLarge, Unavailable, Unprocessable, UnsupportedMedia
from kernel.jobs import Outcome, each
from web import limits

from .. import pictures
from ..models import Evidence
from ..models.evidence import UNUSED

log = logging.getLogger(__name__)

MEBIBYTE = 2**20
MAX_PICTURE_BYTES = 8 * MEBIBYTE
MAX_VIDEO_BYTES = 50 * MEBIBYTE
# Bounds what an account can store without applying. Parallel uploads may pass it by a few, which only costs space.
MAX_UNUSED = 50
UNUSED_RETENTION = timedelta(days=7)
VIDEO = "video/mp4"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", VIDEO: "mp4"}


@dataclass(frozen=True)
class Stored:
    """What will be kept of an upload."""

    media_type: str
    file: File
    thumbnail: bytes = b""


def upload(
    user: User, file: File, *, kind: str, shop: Shop | None = None, now: datetime, limited: bool = True
) -> Evidence:
    """`shop`: its policy decides whether videos are accepted; None: pictures only.

    413 too large, 415 neither picture nor allowed video, 400 damaged, 422 too many unused files, 429 too many at once
    (not `limited`: the demo's).
    """
    if limited:
        limits.count_file(user.pk)
    _check_unused(user)
    count = partial(limits.count_pixels, user.pk) if limited else pictures.uncounted
    stored = _video(file, shop) if _is_video(file) else _picture(file, count)
    evidence = Evidence(id=uuid4(), uploader=user, kind=kind, media_type=stored.media_type, created_at=now)
    with _all_or_nothing(evidence), transaction.atomic():
        # The random id is the name on disk: the name that the sender chose is never used (A18).
        name, extension = str(evidence.pk), EXTENSIONS[stored.media_type]
        evidence.file.save(f"{name}.{extension}", stored.file, save=False)
        if stored.thumbnail:
            evidence.thumbnail.save(f"{name}-small.jpg", ContentFile(stored.thumbnail), save=False)
        evidence.save(force_insert=True)
    return evidence


def _check_unused(user: User) -> None:
    if Evidence.objects.filter(UNUSED, uploader=user).count() < MAX_UNUSED:
        return
    text = ngettext(
        "You have %(count)d unused file. Use or delete it first.",
        "You have %(count)d unused files. Use or delete some first.",
        MAX_UNUSED,
    )
    raise Unprocessable(text % {"count": MAX_UNUSED}, code="too_many_files", details={"most": MAX_UNUSED})


def _picture(file: File, count: Callable[[int], None]) -> Stored:
    if file.size > MAX_PICTURE_BYTES:
        raise TooLarge(_("The picture is larger than 8 MB. Use a smaller one."))
    file.seek(0)
    picture = pictures.clean(file.read(), count=count)
    return Stored(picture.media_type, ContentFile(picture.content), picture.thumbnail)


def _is_video(file: File) -> bool:
    file.seek(0)
    # By its first bytes: name and media type come from the sender and prove nothing (A18).
    return file.read(12)[4:8] == b"ftyp"


def _video(file: File, shop: Shop | None) -> Stored:
    """Stored as it was sent, because it is served as a download only."""
    if shop is None or not shop.policy.video_allowed:
        raise UnsupportedMedia(_("Videos aren't accepted here. Upload JPEG, PNG or WebP photos."))
    if file.size > MAX_VIDEO_BYTES:
        raise TooLarge(_("The video is larger than 50 MB. Use a shorter one."))
    file.seek(0)
    return Stored(VIDEO, file)


@contextmanager
def _all_or_nothing(evidence: Evidence) -> Iterator[None]:
    """No row without its files, and no files without their row (F25)."""
    try:
        yield
    # BaseException: the files go as well when the process is stopped in the middle of an upload.
    except BaseException as error:
        erase_files([evidence.file, evidence.thumbnail])
        if isinstance(error, OSError):
            log.exception("evidence could not be stored")
            raise _not_stored() from error
        raise


def _not_stored() -> Unavailable:
    return Unavailable(_("The file couldn't be stored. Nothing was saved; try again later."))


@contextmanager
def kept_unless_refused(rows: list[Evidence]) -> Iterator[None]:
    """For a form with files: where what it asks for is refused, what was uploaded with it goes again."""
    try:
        yield
    except DomainError:
        for row in rows:
            delete(row)
        raise


def erase_files(files: list[FieldFile]) -> None:
    for file in files:
        try:
            if file.name:
                file.storage.delete(file.name)
        except OSError:
            log.exception("a file of evidence could not be deleted: %s", file.name)


@transaction.atomic
def delete(evidence: Evidence) -> None:
    """While no ticket and no message uses it (409 afterwards). The files go once the row is gone for good."""
    # Locked, so that no ticket can take the file between the check and the deletion.
    row = Evidence.objects.select_for_update().filter(pk=evidence.pk).first()
    if row is None:
        return
    if row.shop_id is not None:
        raise Conflict(_("This file belongs to a ticket and can't be deleted."))
    row.delete()
    transaction.on_commit(lambda: erase_files([row.file, row.thumbnail]))


def sweep(now: datetime, dry_run: bool) -> Outcome:
    """Deletes uploads that nothing has used for UNUSED_RETENTION (7 days)."""
    old = Evidence.objects.filter(UNUSED, created_at__lt=now - UNUSED_RETENTION)
    if dry_run:
        return Outcome(done=old.count())

    def forget(pk: Any) -> bool:
        # A ticket may have taken the file since the list was read.
        row = Evidence.objects.filter(UNUSED, pk=pk).first()
        if row is not None:
            delete(row)
        return row is not None

    return each(list(old.values_list("pk", flat=True)[:500]), forget, lambda pk, error: None)
