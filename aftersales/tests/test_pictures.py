"""Pictures written anew: bytes in, bytes out."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from aftersales import pictures
from kernel.errors import Invalid, TooLarge

from .desk_api import picture, with_exif


def bomb(side: int = 30_000) -> bytes:
    """A PNG of 900 megapixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("format_", "mode", "becomes"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_every_kind_of_picture(format_: str, mode: str, becomes: str) -> None:
    made = pictures.clean(picture((400, 100), format_, mode))
    assert made.media_type == becomes
    assert Image.open(io.BytesIO(made.content)).size == (400, 100)
    small = Image.open(io.BytesIO(made.thumbnail))
    assert (small.format, small.size) == ("JPEG", (320, 80))


def test_it_is_turned_and_loses_its_metadata() -> None:
    made = pictures.clean(with_exif((40, 20)) + b"<script>")
    image = Image.open(io.BytesIO(made.content))
    assert image.size == (20, 40)
    assert not dict(image.getexif())
    assert all(secret not in made.content for secret in (b"SecretCamera", b"SecretComment", b"script"))


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    out = io.BytesIO()
    shades = b"".join((value * 256).to_bytes(2, "little") for value in range(256))
    Image.frombytes("I;16", (256, 1), shades).save(out, "PNG")
    image = Image.open(io.BytesIO(pictures.clean(out.getvalue()).content)).convert("L")
    assert [image.getpixel((x, 0)) for x in (0, 64, 128, 255)] == [0, 64, 128, 255]


def test_what_is_see_through_stays_so() -> None:
    made = pictures.clean(picture((8, 6), "WEBP", "RGBA", lossless=True))
    assert Image.open(io.BytesIO(made.content)).getpixel((0, 0)) == (200, 30, 30, 120)


def test_large_ones_are_stored_smaller() -> None:
    image = Image.open(io.BytesIO(pictures.clean(picture((5000, 2500), mode="L")).content))
    assert image.size == (4096, 2048)


def test_damaged_ones_are_malformed() -> None:
    whole = picture((200, 200), "PNG")
    for raw in (picture((200, 200))[:-400], whole[: len(whole) // 2]):
        with pytest.raises(Invalid):
            pictures.clean(raw)


def test_bombs_are_refused_before_they_are_decoded() -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        pictures.clean(bomb())
    assert time.process_time() - started < 1  # decoding it takes ten


def test_forty_megapixels_are_the_limit() -> None:
    assert pictures.clean(picture((8000, 5000), mode="L")).media_type == "image/jpeg"
    with pytest.raises(TooLarge):
        pictures.clean(picture((8000, 5001), mode="L"))
