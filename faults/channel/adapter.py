"""The adapter of the campaign's channel: HTTP to a process of its own (gateway/server.py)."""

import json
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection, HTTPException

from refunds.gateways import Deadline, GatewayError, Outcome, Receipt, RequestRefused

REFUSED, UNKNOWN = 402, 404


@dataclass(frozen=True)
class Http:
    port: int

    def request(
        self,
        *,
        refund_no: str,
        transaction_no: str,
        amount: Decimal,
        total: Decimal,
        currency: str,
        deadline: Deadline,
    ) -> Receipt:
        body = {"refund_no": refund_no, "transaction_no": transaction_no, "amount": str(amount)}
        return self._ask("POST", "/refunds", json.dumps(body), deadline)

    def query(self, *, refund_no: str, transaction_no: str, deadline: Deadline) -> Receipt:
        return self._ask("GET", f"/refunds/{refund_no}", None, deadline)

    def _ask(self, method: str, path: str, body: str | None, deadline: Deadline) -> Receipt:
        link = HTTPConnection("127.0.0.1", self.port, timeout=deadline.left())
        try:
            link.request(method, path, body)
            answer = link.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            raise GatewayError(f"no answer: {error!r}", permanent=False) from error
        finally:
            link.close()
        return _receipt(method, answer.status, text)


def _receipt(method: str, status: int, text: bytes) -> Receipt:
    if status == REFUSED:
        words = "the channel refuses this refund"
        raise RequestRefused(words, permanent=True) if method == "POST" else GatewayError(words, permanent=True)
    if status == UNKNOWN and method == "GET":
        return Receipt(Outcome.NOT_FOUND)
    try:
        if status >= 300:
            raise ValueError(status)
        body = json.loads(text)
        return Receipt(Outcome(body["status"]), body["gateway_no"])
    except (ValueError, KeyError) as error:
        raise GatewayError(f"not understood: {status} {text[:80]!r}", permanent=False) from error
