"""One JSON object a line, whoever writes it, with the number of the request that an error answer shows."""

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client

from config.logs import JsonFormatter
from devserver.ports import free_port
from tests.checkout import Checkout, eventually
from tests.production import Production

UNCAUGHT = """
import os, threading, warnings
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import config.wsgi
warnings.warn("a warning")
def fail(): raise ValueError("in a thread")
thread = threading.Thread(target=fail); thread.start(); thread.join()
raise RuntimeError("two\\nlines")
"""


def lines(text: str) -> list[dict[str, Any]]:
    """Without a last one that is still being written."""
    text = text[: text.rfind("\n") + 1]
    assert [line for line in text.splitlines() if not line.startswith("{")] == []
    return [json.loads(line) for line in text.splitlines()]


def test_warnings_and_what_nobody_caught(production: Production) -> None:
    done = production.checkout.run("-W", "always", "-c", UNCAUGHT, **production.environ())
    said = lines(done.stdout)
    assert done.returncode == 1
    assert "a warning" in "".join(line["message"] for line in said if line["logger"] == "py.warnings")
    in_thread, last = (line["exception"] for line in said if line["logger"] == "uncaught")
    assert "ValueError: in a thread" in in_thread
    assert "RuntimeError: two\nlines" in last


@pytest.fixture
def production(checkout: Checkout) -> Production:
    return Production(
        checkout, f"filesystem://{checkout.var / 'broker'}", {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestTheProcessesOfProduction:
    @pytest.fixture
    def production(self, checkout: Checkout) -> Production:
        return Production(checkout, f"filesystem://{checkout.var / 'broker'}")

    def test_web(self, production: Production) -> None:
        port = free_port()
        production.start("web", PORT=str(port), ACCESS_LOG="1", DB_STATEMENT_TIMEOUT_MS="15000")
        url = f"http://127.0.0.1:{port}/healthz"

        def answers() -> bool:
            request = urllib.request.Request(url, headers={"Host": "localhost"})
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        assert eventually(answers, 60), production.said("web")
        # The line of a request is written after its answer.
        assert eventually(lambda: "gunicorn.access" in production.said("web"), 60), production.said("web")
        said = lines(production.said("web"))
        assert {"gunicorn.error", "gunicorn.access"} <= {line["logger"] for line in said}

    @pytest.mark.parametrize("name", ["sweeps", "beat"])
    def test_worker_and_beat(self, production: Production, name: str) -> None:
        process = production.start(name)
        with ended(process):
            assert eventually(lambda: self._alive(), 60), production.said(name)
        for line in lines(production.said(name)):
            assert line["message"], line

    @staticmethod
    def _alive() -> bool:
        from kernel import watch

        return bool(watch.pulses())


@contextmanager
def ended(process: Any) -> Iterator[None]:
    yield
    process.terminate()
    process.wait(40)


def record(**more: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "x", "msg": "two\nlines", "levelname": "ERROR", **more})


def test_a_line_is_one_line() -> None:
    text = JsonFormatter().format(record(stack_info="Stack:\n a", odd=object()))
    assert "\n" not in text
    assert json.loads(text)["stack"] == "Stack:\n a"
    assert "request_id" not in json.loads(text)


@pytest.mark.django_db
class TestRequestIds:
    def test_an_error_shows_the_number_that_its_lines_have(self, client: Client, caplog: Any, monkeypatch: Any) -> None:
        seen: list[str] = []
        formatter = JsonFormatter()

        class Keep(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                seen.append(formatter.format(record))

        def broken(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr("web.api.authentication.TokenAuthentication.authenticate", broken)
        client.raise_request_exception = False
        keep = Keep()
        logging.getLogger().addHandler(keep)
        try:
            answer = client.get("/api/v1/tickets/", headers={"X-Request-ID": "proxy-1.a_B"})
        finally:
            logging.getLogger().removeHandler(keep)
        assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (500, "fault", "proxy-1.a_B")
        assert answer.headers["X-Request-ID"] == "proxy-1.a_B"
        assert "proxy-1.a_B" in {json.loads(line).get("request_id") for line in seen if "RuntimeError" in line}

    @pytest.mark.parametrize("path", ["/api/v1/tickets/", "/api/v1/nothing/", "/sandbox/x", "/healthz", "/login/"])
    def test_every_answer_has_one_of_its_own(self, client: Client, path: str) -> None:
        first, second = client.get(path), client.get(path)
        numbers = {answer.headers["X-Request-ID"] for answer in (first, second)}
        assert len(numbers) == 2
        if first.status_code >= 400:
            assert first.json()["request_id"] == first.headers["X-Request-ID"]

    @pytest.mark.parametrize("offered", ["a b", "x" * 65, "a\u00e9", "<script>", ""])
    def test_what_is_no_number_is_replaced(self, client: Client, offered: str) -> None:
        number = client.get("/healthz", headers={"X-Request-ID": offered}).headers["X-Request-ID"]
        assert number != offered
        assert len(number) == 32
