"""Signed claims that go through a browser: JSON Web Tokens (RFC 7519) with HMAC-SHA256, for which every language has a
library. Only this algorithm is read: what a token says of its own is never followed."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

Claims = dict[str, Any]
HEADER = {"alg": "HS256", "typ": "JWT"}
MAX_LENGTH = 4096


class BadToken(Exception):
    """Not signed with this key, expired, or no token at all."""


def sign(claims: Mapping[str, Any], key: str) -> str:
    """`claims` name `exp`, in seconds since 1970."""
    body = f"{_packed(HEADER)}.{_packed(claims)}"
    return f"{body}.{_encoded(_mac(body, key))}"


def read(token: str, key: str, *, now: datetime) -> Claims:
    """The claims, checked. BadToken otherwise."""
    body, _, signature = token.rpartition(".")
    if not key or len(token) > MAX_LENGTH or not token.isascii():
        raise BadToken
    # Before anything in it is looked at.
    if not hmac.compare_digest(signature, _encoded(_mac(body, key))):
        raise BadToken
    try:
        header, claims = (_unpacked(part) for part in body.split("."))
        expires = float(claims["exp"])
    except (ValueError, Error, KeyError, TypeError, RecursionError):
        raise BadToken from None
    if header.get("alg") != HEADER["alg"] or not now.timestamp() < expires:
        raise BadToken
    return claims


def unread(token: str) -> Claims:
    """The claims without a check, to find out whose key signs them."""
    try:
        return _unpacked(token.split(".")[1])
    except (ValueError, Error, IndexError, RecursionError):
        raise BadToken from None


def _mac(body: str, key: str) -> bytes:
    return hmac.new(key.encode(), body.encode(), sha256).digest()


def _packed(value: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(part: str) -> Claims:
    value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError(part)
    return value


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
