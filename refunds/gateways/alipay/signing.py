"""Alipay's signatures: RSA2 (SHA256withRSA, PKCS#1 v1.5), both ways.

Requests are signed over their parameters, unencoded and in the order of their names. Answers are signed over the text
of one value as it was sent; read and written again it is another text: `\\/` becomes `/`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


def canonical(params: Mapping[str, str]) -> str:
    """What is signed of a request: everything but `sign` and empty values, as `a=1&b=2`, values as they are sent."""
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value and name != "sign")


def sign(params: Mapping[str, str], key: RSAPrivateKey) -> str:
    """Base64."""
    signature = key.sign(canonical(params).encode(), PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()


def is_signed(content: str, signature: str, key: RSAPublicKey) -> bool:
    """`content`: the raw text of the value that was signed; `signature`: base64, as the answer has it."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content.encode(), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def members(text: str) -> dict[str, str]:
    """Name → raw text of each value of a JSON object, not changed by a byte. Raises ValueError where it is no JSON
    object, or a name is there twice: which of the two was signed could not be known."""
    raw: dict[str, str] = {}
    at = _expect(text, 0, "{")
    while True:
        name, at = _value(text, _expect(text, at, '"') - 1)
        start = _skip(text, _expect(text, at, ":"))
        _, at = _value(text, start)
        if name in raw:
            raise ValueError(f"twice: {name}")
        raw[name] = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            break
        at += 1
    if text[_expect(text, at, "}") :].strip(_BLANK):
        raise ValueError("more after the object")
    return raw


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _BLANK:
        at += 1
    return at


def _expect(text: str, at: int, character: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != character:
        raise ValueError(f"{character} expected at {at}")
    return at + 1
