"""What a shop's own program does: orders come in, are shipped and delivered, over the API."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import httpx

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


class Programs:
    def __init__(self, site: str, password: str) -> None:
        self.http = httpx.Client(base_url=f"{site}/api/v1/", timeout=20)
        token = self._post("auth/token/", username="oms", password=password)["token"]
        self.http.headers["Authorization"] = f"Token {token}"

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        data: dict[str, Any] = answer.json()
        return data

    def order(self, *lines: tuple[str, str, int], buyer: str = "alice", shop: str = "lantern") -> str:
        """A paid order of (sku, unit price, quantity); its number."""
        lines = lines or (("LAMP-S", "129.00", 1),)
        number = f"J-{next(_numbers):04}"
        now = datetime.now(SHANGHAI) - timedelta(hours=3)
        paid = f"{sum(float(price) * units for _sku, price, units in lines):.2f}"
        self._post(
            "orders/",
            order_no=number, shop=shop, buyer=buyer, currency="CNY", placed_at=now.isoformat(),
            freight="0.00", discount="0.00", points_deduction="0.00",
            lines=[
                {"sku": sku, "title": sku.title(), "spec": "", "category": "", "unit_price": price, "quantity": units,
                 "discount": "0.00"}
                for sku, price, units in lines
            ],
            payments=[{"channel": "sandbox", "transaction_no": f"PAY-{number}", "amount": paid,
                       "paid_at": now.isoformat()}],
            receiver={"name": "林小满", "phone": "13800006021", "address": "杭州市西湖区 1 号"},
        )  # fmt: skip
        return number

    def shipped(self, *lines: tuple[str, str, int], **more: str) -> str:
        number = self.order(*lines, **more)
        self._post(f"orders/{number}/ship/", courier="sf", tracking_no=f"SF{number}")
        return number

    def delivered(self, *lines: tuple[str, str, int], **more: str) -> str:
        number = self.shipped(*lines, **more)
        self._post(f"orders/{number}/deliver/")
        return number

    def get(self, path: str) -> dict[str, Any]:
        data: dict[str, Any] = self.http.get(path).raise_for_status().json()
        return data
