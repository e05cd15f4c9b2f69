"""Notices of refunds: signed, their content encrypted, sent again until they are taken. Genuine ones, and others."""

import http.client
import json
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from fakes.keys import Pair

from . import signatures
from .records import Refund, moment

SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}
WAITS = (15.0, 15.0, 30.0, 180.0, 600.0)  # the first of fifteen
SECONDS = 5.0


class Kind(StrEnum):
    GENUINE = "genuine"
    PROBE = "probe"  # with the signature that WeChat Pay tests its merchants with
    FORGED = "forged"  # signed by somebody else's key
    STRANGE = "strange"  # the serial of a key that nobody knows
    OLD = "old"  # signed ten minutes ago
    ALTERED = "altered"  # changed by somebody on the way
    BAD_TAG = "bad_tag"  # the content changed, then signed
    OTHER_MERCHANT = "other_merchant"
    PAYMENT = "payment"  # a genuine one that is about no refund


@dataclass(frozen=True, slots=True)
class Sent:
    """`answer`: the status of HTTP; 0 where nobody answered."""

    event_id: str
    out_refund_no: str
    refund_status: str
    answer: int


@dataclass(frozen=True, slots=True)
class Sender:
    mchid: str
    secret: str
    serial: str
    key: Pair

    def compose(self, row: Refund, kind: Kind = Kind.GENUINE, event_id: str = "") -> tuple[dict[str, str], bytes]:
        """Headers and body."""
        return self.signed(json.dumps(self._event(row, kind, event_id), ensure_ascii=False, indent=1).encode(), kind)

    def signed(self, body: bytes, kind: Kind) -> tuple[dict[str, str], bytes]:
        signer = Pair.generate() if kind == Kind.FORGED else self.key
        serial = "PUB_KEY_ID_0000000000000000000000000000000000" if kind == Kind.STRANGE else self.serial
        headers = signatures.headers(body, serial, signer.key, age=600 if kind == Kind.OLD else 0)
        if kind == Kind.PROBE:
            headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"][19:]
        if kind == Kind.ALTERED:
            body = body.replace(b"encrypt-resource", b"encrypt_resource")
        return {"Content-Type": "application/json"} | headers, body

    def _event(self, row: Refund, kind: Kind, event_id: str) -> dict[str, object]:
        plain: dict[str, object] = {
            "mchid": "1999999999" if kind == Kind.OTHER_MERCHANT else self.mchid,
            "transaction_id": row.transaction_id,
            "out_trade_no": f"shop-{row.transaction_id}",
            "refund_id": row.refund_id,
            "out_refund_no": row.out_refund_no,
            "refund_status": row.status,
            "user_received_account": row.account,
            "amount": {"total": row.total, "refund": row.refund, "payer_total": row.total, "payer_refund": row.refund},
        }
        if row.status == "SUCCESS":
            plain["success_time"] = moment(row.at)
        about = "transaction" if kind == Kind.PAYMENT else "refund"
        return {
            "id": event_id or f"EV-{secrets.token_hex(16)}",
            "create_time": moment(row.at),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS" if kind == Kind.PAYMENT else f"REFUND.{row.status}",
            "summary": SUMMARIES.get(row.status, ""),
            "resource": self.sealed(plain, about, kind),
        }

    def sealed(self, plain: dict[str, object], about: str, kind: Kind) -> dict[str, str]:
        resource = signatures.seal(json.dumps(plain, ensure_ascii=False), about, self.secret)
        if kind == Kind.BAD_TAG:
            text = resource["ciphertext"]
            resource["ciphertext"] = ("B" if text[0] == "A" else "A") + text[1:]
        return resource | {"original_type": about}


def post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """0 where nobody answers."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("POST", parts.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def send_until_taken(
    sender: Sender,
    row: Refund,
    stopped: threading.Event,
    *,
    times: int = 1,
    waits: Sequence[float] = WAITS,
    sent: list[Sent] | None = None,
) -> int:
    """The last status, and each of them into `sent`. `times`: how often it comes before anybody looks at the answer."""
    event_id, status = f"EV-{secrets.token_hex(16)}", 0
    for wait in (0.0, *waits):
        if stopped.wait(wait):
            break
        for _ in range(times):
            status, _ = post(row.notify_url, *sender.compose(row, event_id=event_id))
            if sent is not None:
                sent.append(Sent(event_id, row.out_refund_no, row.status, status))
        if status in (200, 204):
            break
    return status
