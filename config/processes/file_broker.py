"""Messages in files that are there whole or not at all.

kombu writes a message, and the table of an exchange's queues, in place: who reads between the opening and the writing,
or after a writer that was killed there, finds an empty file, and the worker ends for good with `JSONDecodeError`
(kombu 5.7.0). Here a file gets its name when it is written; what still cannot be read is put aside and said.
"""

import fcntl
import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    # kombu's stubs do not know all that its channel has.
    _exchange_file: Callable[[str], Path]

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as kombu does
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str) -> Any:  # type: ignore[override]  # as kombu does
        """The oldest message of `queue`; raises `queue.Empty`."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            claimed = Path(self.processed_folder) / name
            try:
                os.rename(Path(self.data_folder_in) / name, claimed)
            except FileNotFoundError:
                continue  # another worker took it
            try:
                message = loads(claimed.read_bytes())
            except ValueError:
                # Nothing is lost: the sweeps look into the database (docs/jobs.md).
                log.warning("a message of the queue %s cannot be read and stays in %s", queue, claimed)
                continue
            claimed.unlink()
            return message
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return list(super().get_table(exchange))
        except ValueError:  # torn by an older version; whoever binds next writes it anew
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if binding not in table:
                _write_whole(self._exchange_file(exchange), [binding, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if binding in table:
                _write_whole(self._exchange_file(exchange), [other for other in table if other != binding])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes that bind at once would each write the table without the other's queue."""
        with (self.control_folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def guard() -> None:
    """Every connection to a broker of files that is opened from here on."""
    filesystem.Transport.Channel = Channel


def _write_whole(path: Path, content: Any) -> None:
    part = path.with_name(f".{uuid.uuid4()}.part")  # no reader takes this name
    try:
        part.write_text(dumps(content))
        os.replace(part, path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
