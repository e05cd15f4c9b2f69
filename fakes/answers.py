"""How the fakes send an answer, slowly where they shall, or none at all."""

import contextlib
import socket
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: bodies and headers hold what was signed."""

    def send_bytes(self, status: int, body: bytes, headers: Mapping[str, str], *, pause: float = 0.0) -> None:
        """`pause`: seconds between two bytes. An empty header is left out."""
        try:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | dict(headers)).items():
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(0, len(body), 1 if pause else max(1, len(body))):
                self.wfile.write(body[at : at + 1] if pause else body)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:  # nobody waits any more
            self.close_connection = True

    def cut(self) -> None:
        """The connection ends without an answer."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
