"""The programs of a campaign send a request until it is answered, and remember answers that must not be."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from faults import client
from faults.client import Client, Unanswered
from tests.serving import serving

UNAVAILABLE = (503, b'{"code": "unavailable"}')
GOOD = (201, b'{"n": 1}')


class Scripted(BaseHTTPRequestHandler):
    """One answer of the list a request; b"" cuts the connection."""

    answers: list[tuple[int, bytes]]
    keys: list[str]

    def log_message(self, format: str, *args: object) -> None: ...

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Idempotency-Key"])
        status, text = self.answers.pop(0)
        if not text:
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text.startswith(b"{") else "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(client, "PAUSE", 0)
    monkeypatch.setattr(Scripted, "keys", [], raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    with serving(server):
        yield Client(int(server.server_address[1]), {"alice": "T"})


def script(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, bytes]) -> None:
    monkeypatch.setattr(Scripted, "answers", list(answers), raising=False)


def test_the_same_key_until_there_is_an_answer(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, UNAVAILABLE, (0, b""), (409, b'{"code": "in_flight"}'), (409, b'{"code": "conflict"}'), GOOD)
    assert program.post("alice", "tickets/", {}).body == {"n": 1}
    assert len(Scripted.keys) == 5
    assert len(set(Scripted.keys)) == 1
    assert program.faults == []


def test_a_refusal_is_an_answer(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, (409, b'{"code": "illegal_transition"}'))
    answer = program.post("alice", "tickets/", {})
    assert (answer.ok, answer.status) == (False, 409)


@pytest.mark.parametrize("fault", [(500, b'{"code": "fault"}'), (502, b"<html>"), (200, b"<html>"), (503, b"<html>")])
def test_what_the_contract_excludes(program: Client, monkeypatch: pytest.MonkeyPatch, fault: tuple[int, bytes]) -> None:
    script(monkeypatch, fault, GOOD)
    assert program.post("alice", "tickets/", {}).ok
    assert len(program.faults) == 1


def test_it_gives_up(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "GIVE_UP", 0)
    with pytest.raises(Unanswered):
        program.post("alice", "tickets/", {})


def test_two_at_once(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script(monkeypatch, *[GOOD] * 4)
    assert [answer.status for answer in program.post_twice("alice", "orders/", {})] == [201, 201]
    program.post_twice("alice", "orders/", {}, same_key=False)
    assert [len(set(keys)) for keys in (Scripted.keys[:2], Scripted.keys[2:])] == [1, 2]
