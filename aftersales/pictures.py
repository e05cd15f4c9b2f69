"""Uploaded pictures, decoded and encoded again, so that only the picture is kept (A18). Pure functions on bytes."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from kernel.errors import Invalid, TooLarge, UnsupportedMedia
from web.limits.turns import Turns

FORMATS = ("JPEG", "PNG", "WEBP")
# About 160 MB when decoded with four channels.
MAX_PIXELS = 40_000_000
MAX_SIZE = (4096, 4096)  # enough to read a serial number; what is stored costs at most so much to show
THUMBNAIL = (320, 320)
# A large picture takes a few hundred MiB while it is open.
TURNS = Turns(5, gettext_lazy("Many pictures are coming in. Send yours again in a few seconds."))
# What Pillow and its codecs raise for bytes that are no sound picture.
DAMAGED = (
    OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError, MemoryError, struct.error,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    media_type: str
    content: bytes
    thumbnail: bytes


def uncounted(pixels: int) -> None:
    """For `clean`: whoever sends it may send any number."""


def clean(raw: bytes, *, count: Callable[[int], None] = uncounted) -> Picture:
    """415 when it is no JPEG, PNG or WebP, 413 above 40 megapixels (asked before decoding), 400 when it is damaged.

    `count` is told the number of pixels before they are decoded, and may refuse them."""
    image = _decoded(raw)
    # The header is enough for this check: a small file may decode to gigabytes (decompression bomb).
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge(_("The picture is larger than 40 megapixels. Use a smaller one."))
    count(image.width * image.height)
    with TURNS.turn():
        try:
            return _written_anew(image)
        except DAMAGED:
            raise Invalid(errors={"file": [_("The picture is damaged. Take or export it again.")]}) from None


def _written_anew(image: Image.Image) -> Picture:
    was_png = image.format == "PNG"
    image.draft("RGB", MAX_SIZE)  # a JPEG may be decoded smaller at once
    image.load()
    image = _plain(image)
    # PNG stays lossless: screenshots of chats and waybills have small text.
    if was_png or image.mode == "RGBA":
        return Picture("image/png", _png(image), _thumbnail(image))
    return Picture("image/jpeg", _jpeg(image, 88), _thumbnail(image))


def _decoded(raw: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(raw), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooLarge(_("The picture is larger than 40 megapixels. Use a smaller one.")) from None
    except DAMAGED:
        raise UnsupportedMedia(_("This isn't a JPEG, PNG or WebP picture. Upload a photo.")) from None


def _plain(image: Image.Image) -> Image.Image:
    """Turned upright, in a mode that both formats can hold, and without any of its metadata."""
    # The orientation is part of the metadata that is dropped below, so it is applied first.
    ImageOps.exif_transpose(image, in_place=True)
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    mode = "RGBA" if transparent else "L" if image.mode in ("1", "L") else "RGB"
    if image.mode.startswith("I;16"):
        # Converted directly, every 16-bit value above 255 would become white.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail(MAX_SIZE)
    # EXIF data contain place and time of the photo, which the other party must not learn (A18).
    image.info = {}
    return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _thumbnail(image: Image.Image) -> bytes:
    """Shrinks the picture itself: it is written already, and a copy could be large."""
    image.thumbnail(THUMBNAIL)
    if image.mode == "RGBA":
        # JPEG has no transparency: without the white ground transparent parts would become black.
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return _jpeg(image, 80)
