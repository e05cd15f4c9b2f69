"""`python -m faults.gateway.server PORT LEDGER`: takes requests for refunds over HTTP, and behaves as it is scripted.

POST /refunds asks for one, GET /refunds/NUMBER says what became of it. POST /hold keeps the answer to the next request
back, before or after it is paid, and GET /holding says whether one is kept: in that moment its sender is killed.
"""

import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .behaviours import Behaviour, of
from .ledger import Ledger

LATE_SECONDS, AFTERWARDS_SECONDS, SILENT_SECONDS = 3.0, 2.0, 60.0
HOLD_SECONDS = 15.0
QUERIES_OF_SLOW = 2


@dataclass
class Hold:
    """`when`: "before" or "after" paying; empty: nothing is kept back."""

    when: str = ""
    holding: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, when: str) -> None:
        self.holding.clear()
        self.when = when

    def meets(self, when: str) -> bool:
        with self.lock:
            if self.when != when:
                return False
            self.when = ""
        self.holding.set()
        return True


class Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, ledger: Ledger) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.ledger, self.hold = ledger, Hold()


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def log_message(self, format: str, *args: object) -> None:
        sys.stderr.write(f"{time.time():.3f} {format % args}\n")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/hold":
            self.server.hold.arm(body["when"])
            return self._answer(200, {})
        return self._refund(str(body["refund_no"]), str(body["transaction_no"]), str(body["amount"]))

    def do_GET(self) -> None:
        if self.path == "/holding":
            return self._answer(200, {"holding": self.server.hold.holding.is_set()})
        return self._query(self.path.rpartition("/")[2])

    def _refund(self, refund_no: str, transaction_no: str, amount: str) -> None:
        ledger, behaviour = self.server.ledger, of(transaction_no)
        first = ledger.ask(refund_no, transaction_no, amount) == 1
        if behaviour == Behaviour.REFUSED and ledger.refuses(refund_no, transaction_no):
            return self._answer(402, {"error": "this refund is refused"})
        if self.server.hold.meets("before"):
            time.sleep(HOLD_SECONDS)
            return self._cut()
        if first and self._fails_unpaid(behaviour, refund_no, transaction_no, amount):
            return None
        if behaviour == Behaviour.SLOW and not ledger.has_paid(refund_no):
            return self._answer(202, {"status": "processing", "gateway_no": f"G{refund_no}"})
        ledger.pay(refund_no, transaction_no, amount)
        if self.server.hold.meets("after"):
            time.sleep(HOLD_SECONDS)
            return self._cut()
        return self._paid(behaviour if first else Behaviour.PROMPT, refund_no)

    def _fails_unpaid(self, behaviour: Behaviour, refund_no: str, transaction_no: str, amount: str) -> bool:
        """The first request of some ends here."""
        match behaviour:
            case Behaviour.SILENT:
                time.sleep(SILENT_SECONDS)
                self._cut()
            case Behaviour.CUT:
                self._cut()
            case Behaviour.BROKEN:
                self._answer(500, {"error": "broken"})
            case Behaviour.AFTERWARDS:
                self._cut()
                time.sleep(AFTERWARDS_SECONDS)
                self.server.ledger.pay(refund_no, transaction_no, amount)
            case _:
                return False
        return True

    def _paid(self, behaviour: Behaviour, refund_no: str) -> None:
        answer: dict[str, object] = {"status": "succeeded", "gateway_no": f"G{refund_no}"}
        match behaviour:
            case Behaviour.LOST:
                return self._cut()
            case Behaviour.PAIDBROKEN:
                return self._answer(500, {"error": "broken"})
            case Behaviour.GARBLED:
                return self._send(200, b"<html>Thank you</html>")
            case Behaviour.LATE:
                time.sleep(LATE_SECONDS)
            case Behaviour.TWICE:
                self._answer(200, answer)
        return self._answer(200, answer)

    def _query(self, refund_no: str) -> None:
        ledger = self.server.ledger
        transaction_no, amount = ledger.asked_for(refund_no)
        queries = ledger.query(refund_no)
        if ledger.has_paid(refund_no):
            return self._answer(200, {"status": "succeeded", "gateway_no": f"G{refund_no}"})
        behaviour = of(transaction_no)
        if behaviour == Behaviour.REFUSED and ledger.refuses(refund_no, transaction_no):
            return self._answer(402, {"error": "this refund is refused"})
        if behaviour == Behaviour.SLOW and transaction_no:
            return self._slow(refund_no, transaction_no, amount, queries)
        return self._answer(404, {"error": "not known"})

    def _slow(self, refund_no: str, transaction_no: str, amount: str, queries: int) -> None:
        if queries < QUERIES_OF_SLOW:
            return self._answer(200, {"status": "processing", "gateway_no": f"G{refund_no}"})
        self.server.ledger.pay(refund_no, transaction_no, amount)
        return self._answer(200, {"status": "succeeded", "gateway_no": f"G{refund_no}"})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:  # the caller was killed, or has given up
            self.close_connection = True

    def _cut(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # the caller has gone first
            return


def main(port: str, ledger: str) -> None:
    Gateway(int(port), Ledger(Path(ledger))).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
