"""A fake that runs, and what makes this program use it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Launched:
    """`settings`: variable → value. `records_url`: what it carried out."""

    server: ThreadingHTTPServer
    settings: Mapping[str, str]
    records_url: str

    def serve(self) -> None:
        """In a thread of its own, until `server.shutdown()`."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lines(self) -> list[str]:
        """For a shell."""
        return [*(f"{name}={value}" for name, value in self.settings.items()), f"# What it did: {self.records_url}"]


def secret_kept_in(folder: Path, name: str, new: str) -> str:
    """As an earlier start wrote it; else `new`, which is written for the next one."""
    path = folder / f"{name}.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(new)
    return path.read_text()
