"""Evidence photos, drawn here: nobody's real goods. Each is uploaded as a buyer would."""

import io
import random
from datetime import datetime
from functools import cache
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.models import User
from aftersales.services import evidence

SIZE = (480, 360)
KINDS = 4


@cache
def _jpeg(kind: int) -> bytes:
    """A box on a table with a crack, a stain or a dent: enough to see that it is a photo."""
    chance = random.Random(kind)  # noqa: S311
    picture = Image.new("RGB", SIZE, (222 - 9 * kind, 214, 200 + 9 * kind))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 250, *SIZE), fill=(168, 138, 104))
    pen.rounded_rectangle((120, 90, 360, 300), 18, fill=(236, 232, 224), outline=(120, 110, 96), width=4)
    at = [(chance.randint(150, 330), chance.randint(110, 280)) for _ in range(6)]
    pen.line(at, fill=(150, 40, 30), width=5, joint="curve")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def upload(user: User, number: int, *, now: datetime) -> UUID:
    file = SimpleUploadedFile(f"demo-{number}.jpg", _jpeg(number % KINDS), "image/jpeg")
    return evidence.upload(user, file, kind="photo", now=now, limited=False).pk
