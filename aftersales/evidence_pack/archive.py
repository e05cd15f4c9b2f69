"""A ZIP in a temporary file, with the hash of each of its files: however much is in it, memory holds a chunk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

CHUNK = 256 * 1024
SUMS = "SHA256SUMS"
# The calendar of ZIP begins there.
FIRST_YEAR = 1980


class Archive:
    """`checksums`: name → SHA-256, of the files that are finished."""

    def __init__(self, target: IO[bytes]) -> None:
        self.checksums: dict[str, str] = {}
        self._zip = ZipFile(target, "w", ZIP_STORED)

    @contextmanager
    def member(self, name: str, at: datetime, *, packed: bool = False) -> Iterator[IO[bytes]]:
        """To be written in chunks. `packed`: texts; pictures and videos are compressed already."""
        local = timezone.localtime(at)
        info = ZipInfo(name, (max(local.year, FIRST_YEAR), *local.timetuple()[1:6]))
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w") as target:
            yield target

    def add(self, name: str, content: bytes, at: datetime) -> None:
        with self.member(name, at, packed=True) as target:
            target.write(content)
        self.checksums[name] = sha256(content).hexdigest()

    def finish(self, at: datetime) -> None:
        """Writes the list of hashes, as `sha256sum -c` reads it."""
        lines = (f"{digest}  {name}\n" for name, digest in sorted(self.checksums.items()))
        with self.member(SUMS, at, packed=True) as target:
            target.write("".join(lines).encode())
        self._zip.close()

    def give_up(self) -> None:
        """Half a ZIP is of no use, and closing it would write its end into a file that is full, or closed already."""
        self._zip.fp = None


@contextmanager
def archive(target: IO[bytes], at: datetime) -> Iterator[Archive]:
    """Finished at the end, given up where what is written into it fails."""
    made = Archive(target)
    try:
        yield made
        made.finish(at)
    except BaseException:
        made.give_up()
        raise


@contextmanager
def temporary() -> Iterator[BinaryIO]:
    """A file without a name, gone once it is closed; closed at once where what writes it fails."""
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  (its reader closes it)
    try:
        yield file
    except BaseException:
        file.close()
        raise
