"""Signatures: MD5 of the plain texts one after the other, hexadecimal in capitals (protocols §4)."""

import hashlib
import hmac


def sign(*parts: str) -> str:
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


def is_signed(param: str, salt: str, signature: str) -> bool:
    """Of the raw value of `param`. In constant time."""
    return hmac.compare_digest(sign(param, salt).encode(), signature.encode())
