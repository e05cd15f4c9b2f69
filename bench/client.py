"""The load: one process, eight keep-alive connections, each sending its next request once the last is answered.

One loop over raw sockets: what it costs stands in the result (`busy`), so that nobody takes the client for the server.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONNECTIONS = 8
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: bytes = b""
    kind: str = "application/json"

    def encode(self, port: int) -> bytes:
        head = [f"{self.method} {self.path} HTTP/1.1", f"Host: localhost:{port}", "Accept: application/json"]
        if self.token:
            head.append(f"Authorization: Token {self.token}")
        if self.body:
            head += [f"Content-Type: {self.kind}", f"Content-Length: {len(self.body)}"]
        return "\r\n".join(head).encode() + END_OF_HEAD + self.body


@dataclass
class Load:
    """Milliseconds of every answer, and what was wrong with those that were not as expected."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, part: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


class Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.whole, self.began = b"", 0, 0.0

    def send(self, request: Request) -> None:
        self.got, self.whole, self.began = b"", 0, time.perf_counter()
        self.socket.sendall(request.encode(self.port))

    def receive(self) -> bytes | None:
        """The whole answer, or None while it is still coming. ConnectionError when the server hung up."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError
        self.got += chunk
        if not self.whole:
            end = self.got.find(END_OF_HEAD)
            if end < 0:
                return None
            self.whole = end + 4 + _length(self.got[:end])
        return self.got if len(self.got) >= self.whole else None

    @property
    def closing(self) -> bool:
        """A worker that has served its share says so, and hangs up."""
        return b"connection: close" in self.got[:2048].lower()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(LENGTH):
            return int(line[len(LENGTH) :])
    raise ValueError("an answer without a length")


def run(
    port: int,
    requests: Iterator[Request],
    seconds: float,
    expected: int,
    warm_up: float = 0.3,
    connections: int = CONNECTIONS,
) -> Load:
    """Until `seconds` are over or `requests` are; the first `warm_up` seconds do not count."""
    load, selector = Load(), selectors.DefaultSelector()
    for _ in range(connections):
        _next(Connection(port), requests, selector)
    counted_from = time.perf_counter() + warm_up
    stop, cpu = counted_from + seconds, 0.0
    while selector.get_map():
        for key, _ in selector.select():
            _read(key.data, selector, requests, stop, counted_from, load, expected)
        cpu = cpu or (time.process_time() if time.perf_counter() >= counted_from else 0.0)
    load.seconds = min(time.perf_counter(), stop) - counted_from
    load.busy = (time.process_time() - cpu) / load.seconds if load.seconds > 0 else 0.0
    return load


def _read(
    connection: Connection,
    selector: selectors.BaseSelector,
    requests: Iterator[Request],
    stop: float,
    counted_from: float,
    load: Load,
    expected: int,
) -> None:
    answer = connection.receive()
    if answer is None:
        return
    now = time.perf_counter()
    selector.unregister(connection.socket)
    if not answer.startswith(b"HTTP/1.1 %d" % expected):
        load.wrong.append(answer[:400].decode(errors="replace"))
    elif counted_from <= now <= stop:
        load.times.append((now - connection.began) * 1000)
    if connection.closing:
        connection.socket.close()
        connection = Connection(connection.port)
    if now < stop:
        _next(connection, requests, selector)
    else:
        connection.socket.close()


def _next(connection: Connection, requests: Iterator[Request], selector: selectors.BaseSelector) -> None:
    request = next(requests, None)
    if request is None:
        connection.socket.close()
        return
    connection.send(request)
    selector.register(connection.socket, selectors.EVENT_READ, connection)


def once(port: int, request: Request) -> tuple[int, bytes]:
    """Status and body of a single request."""
    connection, answer = Connection(port), None
    connection.send(request)
    while answer is None:
        answer = connection.receive()
    connection.socket.close()
    return int(answer.split(b" ", 2)[1]), answer.split(END_OF_HEAD, 1)[1]


Requests = Callable[[], Iterator[Request]]
