"""What a shop's own program does: orders come in, are shipped and delivered, over the API."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import httpx

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


class Programs:
    def __init__(self, site: str, password: str, name: str = "oms") -> None:
        self.http = httpx.Client(base_url=f"{site}/api/v1/", timeout=60)
        token = self._post("auth/token/", username=name, password=password)["token"]
        self.http.headers["Authorization"] = f"Token {token}"

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        data: dict[str, Any] = answer.json()
        return data

    def order(
        self, *lines: tuple[str, str, int], buyer: str = "alice", shop: str = "lantern", refused: str = ""
    ) -> str:
        """A paid order of (sku, unit price, quantity); its number. `refused`: so much was paid in a way of its own, of
        which the channel refuses every refund."""
        lines = lines or (("LAMP-S", "129.00", 1),)
        number = f"J-{next(_numbers):04}"
        now = datetime.now(SHANGHAI) - timedelta(hours=3)
        total = sum(Decimal(price) * units for _sku, price, units in lines)
        ways = [(f"PAY-{number}", total - Decimal(refused or 0)), (f"FAIL-{number}", Decimal(refused or 0))]
        self._post(
            "orders/",
            order_no=number, shop=shop, buyer=buyer, currency="CNY", placed_at=now.isoformat(),
            freight="0.00", discount="0.00", points_deduction="0.00",
            lines=[
                {"sku": sku, "title": sku.title(), "spec": "", "category": "", "unit_price": price, "quantity": units,
                 "discount": "0.00"}
                for sku, price, units in lines
            ],
            payments=[
                {"channel": "sandbox", "transaction_no": way, "amount": f"{amount:.2f}", "paid_at": now.isoformat()}
                for way, amount in ways if amount
            ],
            receiver={"name": "林小满", "phone": "13800006021", "address": "杭州市西湖区 1 号"},
        )  # fmt: skip
        return number

    def unpaid(self, number: str, price: str = "129.00", buyer: str = "alice") -> str:
        line = {"sku": "LAMP-S", "title": "Lamp", "unit_price": price, "quantity": 1}
        placed = datetime.now(SHANGHAI) - timedelta(hours=1)
        body = {
            "order_no": number,
            "shop": "lantern",
            "buyer": buyer,
            "currency": "CNY",
            "placed_at": placed.isoformat(),
        }
        self._post("orders/", **body, lines=[line])
        return number

    def do(self, ticket: str, action: str, **body: Any) -> dict[str, Any]:
        """An action on a ticket, as whoever this is."""
        return self._post(f"tickets/{ticket}/{action}/", **body)

    def lose(self, ticket: str) -> None:
        """The courier gives up the parcel that the shop sent."""
        parcel = self.get(f"tickets/{ticket}/")["replacement_parcel"]["id"]
        self._post(f"parcels/{parcel}/events/", status="lost", text="Lost")

    def report(self, order: str, status: str) -> None:
        """The courier's word on the first parcel of an order."""
        parcel = self.get(f"orders/{order}/")["parcels"][0]["id"]
        self._post(f"parcels/{parcel}/events/", status=status)

    def refund_not_received(self, order: str) -> str:
        """Asks for the money of all goods of an order that did not arrive; the number of the ticket."""
        lines = [
            {"line_id": line["line_id"], "quantity": line["quantity"]} for line in self.get(f"orders/{order}/")["lines"]
        ]
        body = {"type": "refund_only", "reason": "not_received", "received": False, "lines": lines}
        number: str = self._post("tickets/", order_no=order, **body)["ticket_no"]
        return number

    def shipped(self, *lines: tuple[str, str, int], **more: str) -> str:
        number = self.order(*lines, **more)
        self._post(f"orders/{number}/ship/", courier="sf", tracking_no=f"SF{number}")
        return number

    def delivered(self, *lines: tuple[str, str, int], **more: str) -> str:
        number = self.shipped(*lines, **more)
        self._post(f"orders/{number}/deliver/")
        return number

    def sells(self, sku: str, price: str, title: str, **more: Any) -> None:
        """The shop `lantern` has it on the shelf, at this list price."""
        body = {"title": title, "price": price, "product": title} | more
        self.http.put(f"skus/{sku}/?shop=lantern", json=body).raise_for_status()
        self.http.put(f"skus/{sku}/stock/?shop=lantern", json={"on_hand": 50}).raise_for_status()

    def pay_difference(self, ticket: str, amount: str) -> None:
        payment = {"channel": "sandbox", "transaction_no": f"DIFF-{ticket}", "amount": amount}
        self._post(f"tickets/{ticket}/pay-difference/", **payment)

    def chargeback(self, order: str, **report: str) -> None:
        """What the bank says of the order's first payment."""
        payment = self.get(f"orders/{order}/")["payments"][0]
        self._post(f"orders/{order}/chargebacks/", transaction_no=payment["transaction_no"], **report)

    def owe(self, ticket: str, **owed: str) -> str:
        """The number of the payable."""
        number: str = self._post("payables/", ticket_no=ticket, **owed)["payable_no"]
        return number

    def changes_mind(self, order: str) -> str:
        """A buyer wants the money of an order back that was not shipped; the number of the ticket."""
        lines = [
            {"line_id": line["line_id"], "quantity": line["quantity"]} for line in self.get(f"orders/{order}/")["lines"]
        ]
        body = {"type": "refund_only", "reason": "dont_want", "lines": lines}
        number: str = self._post("tickets/", order_no=order, **body)["ticket_no"]
        return number

    def refund(self, ticket: str, status: str) -> dict[str, Any]:
        """The first refund of a ticket, once it has this status: the money goes its way in a process of its own."""
        for _ in range(240):  # a busy machine takes its time
            for refund in self.get(f"tickets/{ticket}/")["refunds"]:
                if refund["status"] == status:
                    row: dict[str, Any] = refund
                    return row
            time.sleep(0.5)
        raise AssertionError(f"no refund of {ticket} is {status}")

    def ticket_once(self, ticket: str, arrived: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The ticket, once something has come of it that nobody does on a page."""
        for _ in range(240):
            answer = self.get(f"tickets/{ticket}/")
            if arrived(answer):
                return answer
            time.sleep(0.5)
        raise AssertionError(f"nothing has come of {ticket}")

    def get(self, path: str) -> dict[str, Any]:
        data: dict[str, Any] = self.http.get(path).raise_for_status().json()
        return data

    def every(self, path: str) -> Iterator[dict[str, Any]]:
        """The rows of a list, page by page."""
        next_page: str | None = path
        while next_page:
            data = self.get(next_page)
            yield from data["results"]
            next_page = data["next"]
