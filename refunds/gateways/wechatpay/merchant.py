"""Who asks: a merchant's account at WeChat Pay, its key to sign with, and one signed call."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.utils.timezone import now as utc_now

from ..http import Answer, Http
from ..port import Deadline
from .signing import Stamp, authorization

USER_AGENT = "aftersales"  # WeChat Pay refuses a call without one


def _target(url: str) -> str:
    """Path with query, as it is signed."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def random_nonce() -> str:
    return uuid.uuid4().hex.upper()


@dataclass(frozen=True, slots=True)
class Merchant:
    """`serial_no`: of the merchant's API certificate. `secret`: the APIv3 key, which decrypts what WeChat Pay sends."""

    mchid: str
    serial_no: str
    url: str
    private_key: RSAPrivateKey = field(repr=False)
    secret: bytes = field(repr=False)
    http: Http = field(repr=False)
    now: Callable[[], datetime] = field(default=utc_now, repr=False)
    nonce: Callable[[], str] = field(default=random_nonce, repr=False)

    def send(self, method: str, path: str, body: bytes, deadline: Deadline, platform_serial: str = "") -> Answer:
        """`body`: signed and sent as it is. `platform_serial`: which key of WeChat Pay it shall answer with, and which
        the fields of the body are encrypted by. Raises GatewayError with permanent=False where nothing is answered."""
        url = self.url.rstrip("/") + path
        stamp = Stamp(str(int(self.now().timestamp())), self.nonce())
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Authorization": authorization(
                method,
                _target(url),
                body,
                stamp,
                mchid=self.mchid,
                serial_no=self.serial_no,
                key=self.private_key,
            ),
        }
        if platform_serial:
            headers["Wechatpay-Serial"] = platform_serial
        return self.http.send(method, url, headers=headers, content=body or None, deadline=deadline)
