"""A refused request with a large body gets its refusal, and not a connection that is cut."""

import io
import json
import socket
from typing import Any

import pytest

from config.processes import unread
from devserver.ports import free_port
from tests.checkout import Checkout, eventually
from tests.production import Production

PIECE = b"x" * 65536


def ask(size: int, length: str | None = None) -> tuple[Any, io.BytesIO]:
    body = io.BytesIO(b"x" * size)
    environ = {"CONTENT_LENGTH": str(size) if length is None else length, "wsgi.input": body}
    return unread.reads_the_rest(lambda environ, start: [b"no"])(environ, lambda *_: lambda chunk: None), body


def test_the_rest_is_read_once_the_answer_was_sent() -> None:
    answer, body = ask(200_000)
    assert list(answer) == [b"no"]
    assert body.tell() == 0
    answer.close()
    assert body.tell() == 200_000


@pytest.mark.parametrize(("size", "read"), [(99, 99), (100, 100), (101, 100)])
def test_up_to_a_size(monkeypatch: pytest.MonkeyPatch, size: int, read: int) -> None:
    monkeypatch.setattr(unread, "MAX_BYTES", 100)
    answer, body = ask(size)
    answer.close()
    assert body.tell() == read


@pytest.mark.parametrize(("seconds", "read"), [(4.9, 2), (5.0, 1), (5.1, 1)])
def test_for_a_short_time(monkeypatch: pytest.MonkeyPatch, seconds: float, read: int) -> None:
    clock = iter([0.0, 0.1, seconds, 6.0])
    monkeypatch.setattr(unread.time, "monotonic", lambda: next(clock))
    answer, body = ask(3 * unread.CHUNK_BYTES)
    answer.close()
    assert body.tell() == read * unread.CHUNK_BYTES


def test_a_request_without_a_body_is_left_alone() -> None:
    answer, _body = ask(0, "")
    assert answer == [b"no"]


@pytest.fixture
def port(checkout: Checkout, transactional_db: None) -> int:
    port = free_port()
    production = Production(checkout, f"filesystem://{checkout.var / 'broker'}")
    production.start("web", PORT=str(port), WEB_WORKERS="1")
    assert eventually(lambda: _open(port), 60), production.said("web")
    return port


def _open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _send(port: int, head: str, size: int) -> tuple[int, bytes]:
    """As a program does that sends everything and then reads: its status and body."""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(f"{head}\r\nHost: localhost\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        for _ in range(size // len(PIECE)):
            connection.sendall(PIECE)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    top, _, content = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), content


@pytest.mark.slow
@pytest.mark.parametrize("size", [128 * 1024, 3 * 2**20, 60 * 2**20])
def test_every_refusal_arrives(port: int, size: int) -> None:
    multipart = "Content-Type: multipart/form-data; boundary=x"
    status, content = _send(port, f"POST /api/v1/evidence/ HTTP/1.1\r\n{multipart}", size)
    assert (status, json.loads(content)["code"]) == (401, "unauthenticated")
    status, content = _send(port, "POST /api/v1/orders/ HTTP/1.1\r\nContent-Type: application/json", size)
    assert (status, json.loads(content)["code"]) == (401, "unauthenticated")
    for path in ("auth/token/", "nowhere/"):
        status, content = _send(port, f"POST /api/v1/{path} HTTP/1.1\r\nContent-Type: text/plain", size)
        assert (status, json.loads(content)["code"]) in ((404, "not_found"), (415, "unsupported_media"))
