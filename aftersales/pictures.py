"""Uploaded pictures: decoded and written anew. Whatever else the bytes were is gone afterwards. Pure: bytes in, bytes out."""

import io
import struct
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from kernel.errors import Invalid, TooLarge, UnsupportedMedia

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
THUMBNAIL = (320, 320)
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


def clean(raw: bytes) -> Picture:
    """415 when it is no JPEG, PNG or WebP, 413 above 40 megapixels (asked before decoding), 400 when it is damaged."""
    image = _open(raw)
    if image.width * image.height > MOST_PIXELS:
        raise TooLarge(_("The picture has more than 40 megapixels. Send a smaller one."))
    as_jpeg = image.format == "JPEG"
    try:
        image.load()
        image = _plain(image)
        lossless = not as_jpeg and (image.mode == "RGBA" or _was_png(raw))
        return Picture(
            "image/png" if lossless else "image/jpeg",
            _png(image) if lossless else _jpeg(image, 88),
            _thumbnail(image),
        )
    except DAMAGED:
        raise Invalid(errors={"file": [_("The picture is damaged. Take or export it again.")]}) from None


def _open(raw: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(raw), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooLarge(_("The picture has more than 40 megapixels. Send a smaller one.")) from None
    except DAMAGED:
        raise UnsupportedMedia(_("This is no JPEG, PNG or WebP picture. Send a photo.")) from None


def _was_png(raw: bytes) -> bool:
    return raw.startswith(b"\x89PNG")


def _plain(image: Image.Image) -> Image.Image:
    """Turned upright, in a mode that both formats can hold, and without any of its metadata."""
    image = ImageOps.exif_transpose(image)
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    wanted = "RGBA" if transparent else "L" if image.mode in ("1", "L") else "RGB"
    if image.mode != wanted:
        image = image.convert(wanted)
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
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return _jpeg(image, 80)
