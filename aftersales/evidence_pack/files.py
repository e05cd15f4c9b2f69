"""The original files of evidence, copied into the archive one after the other, each with its hash."""

import io
import logging
from dataclasses import dataclass, field
from hashlib import sha256

from django.db.models import Q
from django.db.models.fields.files import FieldFile
from PIL import Image

from kernel.actors import BUYER, MERCHANT, SUPPORT, kind_label
from orders.models import Order
from web.api.answers import when

from ..models import Evidence
from ..pictures import DAMAGED
from ..services.evidence import EXTENSIONS
from .archive import CHUNK, Archive
from .shapes import FileFacts

log = logging.getLogger(__name__)
# Pictures shown in the PDF; the files themselves are all there.
MAX_PREVIEWS = 120
# Previews are 320 pixels a side; what is larger is none of ours.
MAX_PREVIEW_BYTES = 256 * 1024


@dataclass
class Files:
    """`of_message`: id of a message → paths in the archive. `previews`: path → JPEG."""

    facts: list[FileFacts] = field(default_factory=list)
    of_message: dict[int, list[str]] = field(default_factory=dict)
    previews: dict[str, bytes] = field(default_factory=dict)


def copy_files(order: Order, archive: Archive) -> Files:
    """All files of the order's tickets and messages. What the storage does not have any more is named as missing."""
    files = Files()
    of_order = Q(ticket__order=order) | Q(message__order=order)
    rows = Evidence.objects.filter(of_order, shop_id=order.shop_id)
    rows = rows.select_related("uploader", "ticket", "message__ticket").order_by("created_at", "pk")
    for number, row in enumerate(rows, 1):
        path = f"files/{number:03}-{row.kind}.{EXTENSIONS.get(row.media_type, 'bin')}"
        copied = _copy(row, path, archive)
        files.facts.append(_facts(row, order, path, copied))
        if row.message_id is not None:
            files.of_message.setdefault(row.message_id, []).append(path)
        if copied is not None and len(files.previews) < MAX_PREVIEWS and (preview := _preview(row.thumbnail)):
            files.previews[path] = preview
    return files


def _copy(row: Evidence, path: str, archive: Archive) -> tuple[int, str] | None:
    """(bytes, hash); None where it cannot be read."""
    try:
        source = row.file.storage.open(row.file.name or "")
        first = source.read(CHUNK)
    except OSError:
        log.warning("a file of evidence is missing: %s", row.file.name)
        return None
    digest, size = sha256(), 0
    with source, archive.member(path, row.created_at) as target:
        while first:
            target.write(first)
            digest.update(first)
            size += len(first)
            first = source.read(CHUNK)
    archive.checksums[path] = digest.hexdigest()
    return size, digest.hexdigest()


def _facts(row: Evidence, order: Order, path: str, copied: tuple[int, str] | None) -> FileFacts:
    size, digest = copied or (0, "")
    by = _uploaded_by(row, order)
    ticket = row.ticket or (row.message.ticket if row.message else None)
    return {
        "id": str(row.pk),
        "path": path,
        "kind": row.kind,
        "kind_label": str(Evidence.Kind(row.kind).label),
        "media_type": row.media_type,
        "ticket_no": ticket.ticket_no if ticket else "",
        "by": by,
        "by_label": kind_label(by),
        "uploaded_at": when(row.created_at),
        "missing": copied is None,
        "size": size,
        "sha256": digest,
    }


def _uploaded_by(row: Evidence, order: Order) -> str:
    if row.message is not None:
        return row.message.author_kind
    if row.uploader_id == order.buyer_id:
        return BUYER
    return SUPPORT if row.uploader.support_role or row.uploader.is_superuser else MERCHANT


def _preview(file: FieldFile) -> bytes | None:
    """The small picture, if it is a sound one: a damaged one must not spoil the document."""
    if not file.name:
        return None
    try:
        with file.storage.open(file.name) as source:
            raw: bytes = source.read(MAX_PREVIEW_BYTES + 1)
        with Image.open(io.BytesIO(raw), formats=("JPEG",)) as image:
            image.load()
    except DAMAGED:
        return None
    return raw if len(raw) <= MAX_PREVIEW_BYTES else None
