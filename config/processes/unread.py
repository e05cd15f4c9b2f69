"""A refusal that comes before the body was read still reaches the caller.

A connection that is closed while bytes are on their way is reset, and the caller loses the answer with it. So what is
left of a body is read and thrown away after the answer was sent, up to a size and for a short time.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BYTES = 64 * 2**20
MAX_SECONDS = 5.0
CHUNK_BYTES = 64 * 1024


class Answer:
    """What the server sends. It calls `close` once everything was sent, and closes the connection afterwards."""

    def __init__(self, content: Iterable[bytes], environ: WSGIEnvironment) -> None:
        self.content, self.environ = content, environ

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.content)

    def close(self) -> None:
        try:
            if close := getattr(self.content, "close", None):
                close()
        finally:
            discard(self.environ)


def reads_the_rest(application: WSGIApplication) -> WSGIApplication:
    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        content = application(environ, start_response)
        # A file goes by sendfile as it is; who asked for it has sent no body.
        return Answer(content, environ) if has_body(environ) else content

    return answered


def has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def discard(environ: WSGIEnvironment) -> None:
    body, socket = environ["wsgi.input"], environ.get("gunicorn.socket")
    give_up, left = time.monotonic() + MAX_SECONDS, MAX_BYTES
    before = socket.gettimeout() if socket else None
    # A caller that is gone, or sends nothing more: there is nobody to tell.
    with suppress(OSError, EOFError, ValueError):
        while left > 0 and (wait := give_up - time.monotonic()) > 0:
            if socket:
                socket.settimeout(wait)
            chunk = body.read(min(CHUNK_BYTES, left))
            if not chunk:
                break
            left -= len(chunk)
    if socket:
        with suppress(OSError):
            socket.settimeout(before)
