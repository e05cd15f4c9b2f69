"""Whether WeChat Pay wrote what came: answers and notices are signed alike, over the bytes as they came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..port import Deadline
from .signing import SCHEME, Stamp, is_signed

MAX_AGE = timedelta(minutes=5)  # older, or by more ahead of us, a signature may be a copy of one that was seen before
PUBLIC_KEY_ID = "PUB_KEY_ID_"  # what the id of a public key begins with; other serials are those of certificates
_MAX_TIMESTAMP_DIGITS = 12


class Signature(StrEnum):
    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    OLD = "old"
    UNKNOWN_KEY = "unknown_key"


class PlatformKeys(Protocol):
    """The keys that WeChat Pay signs with. `requested`: the serial of the one it shall use, or empty: it chooses."""

    @property
    def requested(self) -> str: ...

    def find(self, serial: str, deadline: Deadline) -> RSAPublicKey | None:
        """Raises GatewayError where that cannot be known now."""
        ...

    def current(self, deadline: Deadline) -> tuple[str, RSAPublicKey]:
        """Serial and key to encrypt for WeChat Pay. Raises GatewayError."""
        ...


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Those of the settings: the one that is used, and while WeChat Pay changes it the next one too."""

    requested: str
    keys: Mapping[str, RSAPublicKey] = field(repr=False)

    def find(self, serial: str, deadline: Deadline) -> RSAPublicKey | None:
        return self.keys.get(serial)

    def current(self, deadline: Deadline) -> tuple[str, RSAPublicKey]:
        return self.requested, self.keys[self.requested]


def judge(
    headers: Mapping[str, str], body: bytes, find: Callable[[str], RSAPublicKey | None], now: datetime
) -> Signature:
    """`headers`: names in lower case. What WeChat Pay sends to probe us, `WECHATPAY/SIGNTEST/…`, is a wrong signature
    as every other."""
    signature, serial = headers.get("wechatpay-signature", ""), headers.get("wechatpay-serial", "")
    stamp = Stamp(headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", ""))
    if not (signature and serial and stamp.timestamp and stamp.nonce):
        return Signature.MISSING
    if headers.get("wechatpay-signature-type", SCHEME) != SCHEME:
        return Signature.WRONG
    if not _is_fresh(stamp.timestamp, now):
        return Signature.OLD
    key = find(serial)
    if key is None:
        return Signature.UNKNOWN_KEY
    return Signature.GOOD if is_signed(body, stamp, signature, key) else Signature.WRONG


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MAX_TIMESTAMP_DIGITS):
        return False
    return abs(now.timestamp() - int(timestamp)) <= MAX_AGE.total_seconds()
