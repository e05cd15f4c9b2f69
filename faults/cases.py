"""An order, and all of its money asked back over the API, as the plan says."""

from collections.abc import Mapping
from datetime import UTC, datetime

from .client import Answer, Client
from .plan import Case, Way

SHOP, SKU, BUYER, MERCHANT, PROGRAM = "lantern", "LAMP-S", "alice", "mei", "oms"


class Refused(Exception):
    """An answer that is none of those that the contract allows here."""


class Played:
    """One case; `tickets` is what the API acknowledged."""

    def __init__(self, case: Case, client: Client) -> None:
        self.case, self.client = case, client
        self.order_no = f"F-{case.number:05}"
        self.tickets: list[str] = []

    def play(self) -> None:
        line_id = self._order()
        match self.case.way:
            case Way.UNSHIPPED | Way.TWO_TENDERS:
                self._apply(line_id, "refund_only", "dont_want")
            case Way.TWO_AT_ONCE:
                self._two_at_once(line_id)
            case Way.REVIEWED:
                self._ship()
                self._approve(self._apply(line_id, "refund_only", "not_received"))
            case Way.RETURNED:
                self._ship()
                self._post(PROGRAM, f"orders/{self.order_no}/deliver/", {})
                self._return(line_id)

    def _order(self) -> int:
        lines = [{"sku": SKU, "unit_price": str(self.case.unit_price), "quantity": self.case.units}]
        payments = [
            {"channel": tender.channel, "transaction_no": tender.transaction_no, "amount": str(tender.amount)}
            for tender in self.case.tenders
        ]
        body = {"order_no": self.order_no, "shop": SHOP, "buyer": BUYER, "lines": lines, "payments": payments}
        return int(self._post(PROGRAM, "orders/", body).body["lines"][0]["line_id"])

    def _apply(self, line_id: int, type_: str, reason: str) -> str:
        ticket = self._post(BUYER, "tickets/", self._application(line_id, type_, reason, self.case.units)).body
        self.tickets.append(ticket["ticket_no"])
        return self.tickets[-1]

    def _application(self, line_id: int, type_: str, reason: str, units: int) -> dict[str, object]:
        wanted = [{"line_id": line_id, "quantity": units}]
        return {"order_no": self.order_no, "type": type_, "reason": reason, "lines": wanted}

    def _two_at_once(self, line_id: int) -> None:
        body = self._application(line_id, "refund_only", "dont_want", 1)
        answers = [_good(one) for one in self.client.post_twice(BUYER, "tickets/", body, same_key=False)]
        self.tickets += [answer.body["ticket_no"] for answer in answers]

    def _ship(self) -> None:
        parcel = {"courier": "sf", "tracking_no": f"SF{self.case.number:010}"}
        self._post(PROGRAM, f"orders/{self.order_no}/ship/", parcel)

    def _approve(self, ticket_no: str) -> None:
        path = f"tickets/{ticket_no}/approve/"
        if not self.case.doubled:
            self._post(MERCHANT, path, {})
            return
        # Two people at once: one of them approves, and the other one is refused.
        answers = self.client.post_twice(MERCHANT, path, {}, same_key=False)
        if sorted(answer.status for answer in answers) != [200, 409]:
            raise Refused(f"two approvals of {ticket_no} at once: {[_text(answer) for answer in answers]}")

    def _return(self, line_id: int) -> None:
        ticket_no = self._apply(line_id, "return_refund", "no_reason")
        self._approve(ticket_no)
        parcel = {"courier": "sf", "tracking_no": f"SFR{self.case.number:010}"}
        ticket = self._post(BUYER, f"tickets/{ticket_no}/ship-back/", parcel).body
        self._scan(ticket["return_parcel"]["id"])
        units = [{"line_id": line_id, "quantity": self.case.units, "condition": "as_new"}]
        self._post(MERCHANT, f"tickets/{ticket_no}/receive/", {"units": units})

    def _scan(self, parcel_id: int) -> None:
        """The courier's notice that it has arrived. Couriers know no keys, and send a notice until it is answered."""
        path, notice = f"parcels/{parcel_id}/events/", {"status": "delivered", "at": _now(), "text": "signed"}
        answers = (
            self.client.post_twice(PROGRAM, path, notice, same_key=False)
            if self.case.doubled
            else [self.client.post(PROGRAM, path, notice)]
        )
        for answer in map(_good, answers):
            if len([event for event in answer.body["events"] if event["text"] == "signed"]) != 1:
                raise Refused(f"the scan of parcel {parcel_id} does not count once: {_text(answer)}")

    def _post(self, who: str, path: str, body: Mapping[str, object]) -> Answer:
        if not self.case.doubled:
            return _good(self.client.post(who, path, body))
        first, second = (_good(answer) for answer in self.client.post_twice(who, path, body))
        if first.body != second.body:
            raise Refused(f"POST {path} twice: two answers, {_text(first)} and {_text(second)}")
        return first


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _good(answer: Answer) -> Answer:
    if not answer.ok:
        raise Refused(_text(answer))
    return answer


def _text(answer: Answer) -> str:
    return f"{answer.status} {str(answer.body)[:300]}"
