"""What Alipay sends to the notify_url of a payment once a refund of it went through."""

import base64
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BEIJING = timezone(timedelta(hours=8))
WAITS = (0.0, 2.0, 10.0)  # seconds; the real one takes 25 hours
SECONDS = 5.0
HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def form(
    *, app_id: str, trade_no: str, number: str, refunded: Decimal, key: RSAPrivateKey, notify_id: str = ""
) -> bytes:
    """`refunded`: of the trade so far."""
    now = datetime.now(UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    fields = {
        "notify_time": now,
        "notify_type": "trade_status_sync",
        "notify_id": notify_id or uuid.uuid4().hex,
        "app_id": app_id,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": trade_no,
        "out_trade_no": f"shop/{trade_no}",
        "out_biz_no": number,
        "buyer_logon_id": "150****8675",
        "trade_status": "TRADE_SUCCESS",
        "refund_fee": f"{refunded:.2f}",
        "gmt_refund": f"{now}.000",
    }
    content = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    signature = key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
    return urlencode(fields | {"sign_type": "RSA2", "sign": base64.b64encode(signature).decode()}).encode()


def send_later(url: str, body: bytes) -> threading.Thread:
    """Until it is answered with `success`, in a thread of its own."""
    thread = threading.Thread(target=_send, args=(url, body), daemon=True)
    thread.start()
    return thread


def _send(url: str, body: bytes) -> None:
    for wait in WAITS:
        time.sleep(wait)
        request = urllib.request.Request(
            url, body, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                if answer.read() == b"success":
                    return
        except (OSError, urllib.error.URLError):
            continue
