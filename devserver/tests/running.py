"""`make run` in a folder of its own, and what a buyer of its demo does."""

import http.client
import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any, Self

from devserver.ports import free_port
from tests.checkout import Checkout

FAKES = {"FAKE_CHANNELS": "1", "LANGUAGE_CODE": "en"}


class Running:
    """`make run`, which ends with the block: what a failing test left running would fail every test after it."""

    def __init__(self, checkout: Checkout, **environ: str) -> None:
        self.checkout, self.port = checkout, free_port()
        began = time.monotonic()
        self.process = checkout.start("-m", "devserver.run", PORT=str(self.port), **environ)
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Password of all" in line:
                break
        assert self.process.poll() is None, "".join(self.lines)
        self.seconds = time.monotonic() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def answers(self, path: str) -> bool:
        """Whether it answers at all, and with 200: a server that is being killed may stop within its answer."""
        try:
            return self.get(path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def pid_of(self, text: str) -> int:
        return min(pid for pid, command in self.checkout.processes().items() if text in command)

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(sig)
        return self.process.communicate(timeout=90)[0]


class Caller:
    """Somebody of the demo, over the API."""

    def __init__(self, running: Running, username: str) -> None:
        self.base, self.token = f"http://127.0.0.1:{running.port}/api/v1/", ""
        self.token = self.call("auth/token/", {"username": username, "password": "aftersales-demo"})["token"]

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Token {self.token}"} if self.token else {}
        )
        data = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers), timeout=30) as answer:
            return json.load(answer)

    def claim(self, order_no: str) -> str:
        """The number of a ticket that asks for the whole order back before it is shipped."""
        lines = [{"line_id": line["line_id"], "quantity": 1} for line in self.call(f"orders/{order_no}/")["lines"]]
        request = {"order_no": order_no, "type": "refund_only", "reason": "dont_want", "description": "-"}
        return str(self.call("tickets/", request | {"lines": lines})["ticket_no"])

    def refund(self, ticket_no: str) -> dict[str, Any]:
        refunds: list[dict[str, Any]] = self.call(f"tickets/{ticket_no}/")["refunds"]
        return refunds[-1]


def carried_out(running: Running, channel: str, page: str = "refunds") -> list[dict[str, Any]]:
    """`page`: or "notices", what the program was told."""
    (line,) = (line for line in running.lines if f"fake {channel} " in line)
    with urllib.request.urlopen(line.split()[-1].replace("refunds", page), timeout=10) as answer:
        rows: list[dict[str, Any]] = json.load(answer)
        return rows
