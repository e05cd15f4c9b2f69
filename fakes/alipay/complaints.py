"""Buyers' complaints of the fake: made, changed and ended by whoever scripts it, listed and told as Alipay does."""

import base64
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from .notices import BEIJING
from .transfers import Refused

QUERY, LIST = "alipay.merchant.tradecomplain.query", "alipay.merchant.tradecomplain.batchquery"
CHANGED = "alipay.merchant.tradecomplain.changed"
MOST_ROWS = 20


@dataclass(slots=True)
class Complaint:
    """`at`: seconds since 1970."""

    complain_event_id: str
    trade_no: str
    at: float
    status: str = "MERCHANT_PROCESSING"
    content: str = "收到的商品有破损，商家不处理"
    category: str = "退款"

    def fields(self) -> dict[str, object]:
        plain: dict[str, object] = {
            "complain_event_id": self.complain_event_id,
            "status": self.status,
            "trade_no": self.trade_no,
            "merchant_order_no": f"shop/{self.trade_no}",
            "gmt_create": _moment(self.at),
            "gmt_modified": _moment(time.time()),
            "leaf_category_name": self.category,
            "complain_reason": "商品质量问题",
            "content": self.content,
            "images": ["https://example.com/1"],
            "phone_no": "13800000000",
            "trade_amount": "100.00",
            "target_id": "2088000000000000",
            "target_type": "PID",
        }
        return plain


@dataclass(slots=True)
class Complaints:
    rows: dict[str, Complaint] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    questions: int = 0
    refusal: Refused | None = None  # of every question

    def make(self, trade_no: str, at: float = 0.0, **facts: str) -> Complaint:
        with self.lock:
            number = f"20200923001020000000014{len(self.rows):05d}"
            row = self.rows[number] = Complaint(number, trade_no, at or time.time(), **facts)
            return row

    def answer(self, method: str, content: dict[str, object]) -> dict[str, object]:
        """To a question of the merchant. Raises Refused."""
        with self.lock:
            self.questions += 1
            if self.refusal:
                raise self.refusal
            if method == LIST:
                return self._page(content)
            row = self.rows.get(str(content.get("complain_event_id")))
            if row is None:
                raise Refused("40004", "COMPLAIN_NOT_EXIST")
            return row.fields()

    def _page(self, content: dict[str, object]) -> dict[str, object]:
        number, size = content.get("page_num"), content.get("page_size")
        if not isinstance(number, int) or not isinstance(size, int) or not 1 <= size <= MOST_ROWS or number < 1:
            raise Refused("40004", "INVALID_PARAMETER")
        begin, end = str(content.get("begin_time")), str(content.get("end_time"))
        rows = [row.fields() for row in self.rows.values() if begin <= _moment(row.at) <= end]
        shown = rows[(number - 1) * size : number * size]
        pages = -(-len(rows) // size)
        return {
            "page_num": number, "page_size": size, "total_num": len(rows), "total_page_num": pages,
            "trade_complain_infos": shown,
        }  # fmt: skip


def message(app_id: str, row: Complaint, key: RSAPrivateKey, *, notify_id: str = "", with_type: bool = False) -> bytes:
    """What comes to the gateway of the app. `with_type`: `sign_type` is signed as well."""
    fields = {
        "msg_method": CHANGED,
        "notify_id": notify_id or uuid.uuid4().hex,
        "app_id": app_id,
        "charset": "utf-8",
        "version": "1.1",
        "utc_timestamp": str(int(time.time() * 1000)),
        "biz_content": json.dumps({"complain_event_id": row.complain_event_id}),
    }
    signed = fields | ({"sign_type": "RSA2"} if with_type else {})
    content = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
    signature = key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
    return urlencode(fields | {"sign_type": "RSA2", "sign": base64.b64encode(signature).decode()}).encode()


def scripted(complaints: Complaints, content: dict[str, str]) -> Complaint:
    """From a person who tries it out: `{"trade_no"}` makes one, `{"complain_event_id", "status"}` changes it."""
    row = complaints.rows.get(content.get("complain_event_id", ""))
    if row is None:
        return complaints.make(content.get("trade_no", ""))
    row.status, row.content = content.get("status", row.status), content.get("content", row.content)
    return row


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m-%d %H:%M:%S}"
