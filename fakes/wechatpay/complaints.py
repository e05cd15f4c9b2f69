"""Buyers' complaints of the fake: made, changed and ended by whoever scripts it, listed and told as WeChat Pay does."""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from .notices import Kind, Sender
from .records import BEIJING, Refused

PATH = "/v3/merchant-service/complaints-v2"
MOST_DAYS, MOST_ROWS = 30, 50
UNKNOWN = Refused(404, "RESOURCE_NOT_EXISTS", "投诉单不存在")


@dataclass(slots=True)
class Complaint:
    """`orders`: (transaction_id, amount in fen). `at`: seconds since 1970."""

    complaint_id: str
    orders: list[tuple[str, int]]
    at: float
    state: str = "PENDING"
    detail: str = "收到的商品有破损，商家不处理"
    problem_type: str = "REFUND"
    apply_refund_amount: int = 0
    full_refunded: bool = False
    user_waits: bool = False
    with_platform: bool = False
    times: int = 1

    def fields(self) -> dict[str, object]:
        """As it is answered. The phone is encrypted for the merchant, as the real one's is."""
        plain: dict[str, object] = {
            "complaint_id": self.complaint_id,
            "complaint_time": datetime.fromtimestamp(self.at, BEIJING).isoformat(timespec="seconds"),
            "complaint_detail": self.detail,
            "complaint_state": self.state,
            "payer_phone": secrets.token_hex(64),
            "payer_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "complaint_order_info": [
                {"transaction_id": number, "out_trade_no": f"shop-{number}", "amount": amount}
                for number, amount in self.orders
            ],
            "complaint_full_refunded": self.full_refunded,
            "incoming_user_response": self.user_waits,
            "user_complaint_times": self.times,
            "complaint_media_list": [{"media_type": "USER_COMPLAINT_IMAGE", "media_url": ["https://example.com/1"]}],
            "problem_description": "不满意商家服务",
            "problem_type": self.problem_type,
            "in_platform_service": self.with_platform,
        }
        return plain | ({"apply_refund_amount": self.apply_refund_amount} if self.problem_type == "REFUND" else {})


@dataclass(slots=True)
class Complaints:
    rows: dict[str, Complaint] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    questions: int = 0
    refusal: Refused | None = None  # of every question

    def make(self, *orders: tuple[str, int], complaint_id: str = "", at: float = 0.0, **facts: object) -> Complaint:
        with self.lock:
            number = complaint_id or f"2002018202001010800766{len(self.rows):05d}"
            row = Complaint(number, list(orders), at or time.time(), **facts)  # type: ignore[arg-type]
            self.rows[number] = row
            return row

    def answer(self, target: str) -> dict[str, object]:
        """To a question of the merchant. Raises Refused."""
        path, _, query = target.partition("?")
        with self.lock:
            self.questions += 1
            if self.refusal:
                raise self.refusal
            if path != PATH:
                row = self.rows.get(path.rpartition("/")[2])
                if row is None:
                    raise UNKNOWN
                return row.fields()
            return self._page(dict(part.split("=") for part in query.split("&")))

    def _page(self, asked: dict[str, str]) -> dict[str, object]:
        try:
            begin, end = (datetime.fromisoformat(asked[name]).date() for name in ("begin_date", "end_date"))
            limit, offset = int(asked.get("limit", "10")), int(asked.get("offset", "0"))
        except (KeyError, ValueError):
            raise Refused(400, "PARAM_ERROR", "参数错误") from None
        if (end - begin).days > MOST_DAYS or not 1 <= limit <= MOST_ROWS or end < begin:
            raise Refused(400, "PARAM_ERROR", "查询日期跨度超过限制")
        days = ((datetime.fromtimestamp(row.at, BEIJING).date(), row) for row in self.rows.values())
        rows = [row.fields() for day, row in days if begin <= day <= end]
        return {"data": rows[offset : offset + limit], "limit": limit, "offset": offset, "total_count": len(rows)}


def compose(
    sender: Sender,
    row: Complaint,
    *,
    event_type: str = "COMPLAINT.CREATE",
    kind: Kind = Kind.GENUINE,
    event_id: str = "",
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a notice about a complaint."""
    action = "CREATE_COMPLAINT" if event_type == "COMPLAINT.CREATE" else "MERCHANT_CONFIRM_COMPLETE"
    event = {
        "id": event_id or f"EV-{secrets.token_hex(16)}",
        "create_time": datetime.now(BEIJING).isoformat(timespec="seconds"),
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "产生新投诉" if event_type == "COMPLAINT.CREATE" else "投诉单状态变化",
        "resource": sender.sealed({"complaint_id": row.complaint_id, "action_type": action}, "complaint", kind),
    }
    return sender.signed(json.dumps(event, ensure_ascii=False, indent=1).encode(), kind)


def scripted(complaints: Complaints, content: dict[str, object]) -> tuple[Complaint, str]:
    """From a person who tries it out: `{"transaction_id", "amount"}` makes one, `{"complaint_id", …}` changes it. And
    the type of the event."""
    number = str(content.pop("complaint_id", ""))
    if number in complaints.rows:
        row = complaints.rows[number]
        for name in set(content) & {"state", "detail", "full_refunded", "user_waits", "with_platform"}:
            setattr(row, name, content[name])
        return row, "COMPLAINT.STATE_CHANGE"
    amount = content.get("amount")
    fen = amount if isinstance(amount, int) else 1
    row = complaints.make((str(content.get("transaction_id")), fen), apply_refund_amount=fen)
    return row, "COMPLAINT.CREATE"
