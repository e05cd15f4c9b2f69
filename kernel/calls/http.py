"""One HTTP client for services outside, whose every read and write ends at the deadline of the attempt.

httpx counts its time-outs anew with each piece that arrives: a server that sends a byte a second would hold an attempt
for longer than its lease. So the time that is left is asked for below it, at each operation of the socket. Only looking
up the name of a host has no time-out; the system has its own.
"""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from . import Deadline, NoAnswer

MAX_BYTES = 1_000_000  # an answer is a few thousand bytes; whatever sends more is not the service


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers`: names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Http:
    """Connections are kept between calls. Neither redirects nor proxies of the environment are followed: a request goes
    to the address that was configured, or nowhere."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._client = httpx.Client(transport=_Transport(context or _context()), trust_env=False)

    def post(
        self, url: str, *, form: Mapping[str, str], deadline: Deadline, params: Mapping[str, str] | None = None
    ) -> Answer:
        """Form fields as UTF-8. Raises NoAnswer where there is no whole answer in time."""
        content_type = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        return self.send("POST", url, params=params, form=form, headers=content_type, deadline=deadline)

    def send(
        self,
        method: str,
        url: str,
        *,
        deadline: Deadline,
        headers: Mapping[str, str],
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """`content`: the body as it was signed. Raises as `post`."""
        try:
            with (
                _until(deadline),
                self._client.stream(
                    method, url, params=params, data=form, content=content, headers=dict(headers)
                ) as answer,
            ):
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, _read_all(answer.iter_bytes()), names)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The kind, not the text: that may hold the whole URL.
            raise self.no_answer(type(error).__name__) from None
        except NoAnswer as error:
            raise self.no_answer(str(error)) from None

    def no_answer(self, why: str) -> Exception:
        """What is raised then; a client of a kind of services may have an error of its own."""
        return NoAnswer(why)

    def close(self) -> None:
        self._client.close()


@cache
def _context() -> ssl.SSLContext:
    """One for all accounts: reading the certificates of the authorities takes longer than all else of an adapter."""
    return httpx.create_ssl_context()


def _read_all(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_BYTES:
            raise NoAnswer("it is too long")
    return bytes(body)


class _Call(threading.local):
    """What this thread is doing: requests of several threads share the connections."""

    deadline: Deadline | None = None


_call = _Call()


@contextmanager
def _until(deadline: Deadline) -> Iterator[None]:
    _call.deadline = deadline
    try:
        yield
    finally:
        _call.deadline = None


def _left() -> float | None:
    return _call.deadline.left() if _call.deadline else None


class _Transport(httpx.HTTPTransport):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        # httpx has no argument for the layer below it; httpcore has. A test with a slow server holds this.
        self._pool = httpcore.ConnectionPool(ssl_context=context, keepalive_expiry=5.0, network_backend=_Backend())


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> "_Stream":
        """Each address of the host has its turn, and all of them together the time that is left."""
        failed: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("the host has no address")
        for address in _addresses(host, port):
            try:
                return _Stream(self._plain.connect_tcp(address, port, _left(), local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


def _addresses(host: str, port: int) -> list[str]:
    """Raises httpcore.ConnectError where nobody knows the name."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class _Stream(httpcore.NetworkStream):
    def __init__(self, plain: httpcore.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._plain.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, _left())

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "_Stream":
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, _left()))

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
