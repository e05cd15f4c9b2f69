"""Signatures: base64 of the MD5 of text and key, which is written in small hexadecimal digits (protocols §5)."""

import base64
import hashlib
import hmac


def sign(data: str, key: str) -> str:
    digest = hashlib.md5(f"{data}{key}".encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def is_signed(data: str, key: str, signature: str) -> bool:
    """Of the raw value of `RequestData`. In constant time."""
    return hmac.compare_digest(sign(data, key).encode(), signature.encode())
