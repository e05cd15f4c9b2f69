"""What Stripe tells without being asked: signed, and sent to one address, by a thread of its own."""

import hashlib
import hmac
import json
import threading
import time
import urllib.request

from .records import Records, Shape, charge_of

DISPUTE_EVENTS = {
    "needs_response": "charge.dispute.created",
    "under_review": "charge.dispute.updated",
    "won": "charge.dispute.closed",
    "lost": "charge.dispute.closed",
    "warning_needs_response": "charge.dispute.created",
}


def signed(body: bytes, secret: str, at: int | None = None) -> str:
    """The header `Stripe-Signature`."""
    at = int(time.time()) if at is None else at
    text = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode('utf-8'), text, hashlib.sha256).hexdigest()}"


class Events:
    """`url`: where they go; without one they are only kept, oldest first."""

    def __init__(self, records: Records, secret: str, url: str = "") -> None:
        self.records, self.secret, self.url = records, secret, url
        self.sent: list[bytes] = []

    def send(self, kind: str, source: Shape) -> bytes:
        event = {
            "id": self.records.next_number("evt"),
            "object": "event",
            "created": int(time.time()),
            "type": kind,
            "data": {"object": source},
        }
        body = json.dumps(event, indent=2).encode()
        self.sent.append(body)
        if self.url:
            threading.Thread(target=self._post, args=(body,), daemon=True).start()
        return body

    def dispute(self, payment: str, status: str, amount: int, currency: str = "cny") -> bytes:
        """Opens the dispute of a payment, or takes it to another status."""
        charge = charge_of(payment)
        with self.records.lock:
            row = self.records.disputes.setdefault(charge, {"id": self.records.next_number("dp"), "object": "dispute"})
            row |= {"charge": charge, "payment_intent": f"pi_{charge[3:]}", "amount": amount, "currency": currency}
            row |= {"status": status, "reason": "fraudulent"}
        return self.send(DISPUTE_EVENTS[status], dict(row))

    def refer(self, payment: str) -> None:
        """The bank has given its number for what has arrived."""
        for refund in self.records.of(charge_of(payment)):
            if refund.status == "succeeded":
                refund.reference = f"7459{refund.created}"
                self.send("refund.updated", refund.shape())

    def return_all(self, payment: str, reason: str = "expired_or_canceled_card") -> None:
        """The bank sends back what had arrived."""
        for refund in self.records.of(charge_of(payment)):
            if refund.status == "succeeded":
                refund.status, refund.reason = "failed", reason
                self.send("refund.failed", refund.shape())

    def _post(self, body: bytes) -> None:
        """Three times, as long as the answer is not 2xx."""
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed(body, self.secret)}
        for pause in (0.2, 1.0, 5.0):
            try:
                request = urllib.request.Request(self.url, body, headers)
                with urllib.request.urlopen(request, timeout=10):
                    return
            except OSError:
                time.sleep(pause)
