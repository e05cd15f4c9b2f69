"""Alipay's signatures: RSA2 (SHA256withRSA, PKCS#1 v1.5), both ways.

Requests are signed over their parameters, unencoded and in the order of their names. Answers are signed over the text
of one value as it was sent; read and written again it is another text: `\\/` becomes `/`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from ..port import Fault

MIN_BITS = 2048
_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


class KeyFault(Exception):
    """A key that cannot be used, and why; nothing of the key."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


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


def private_key(text: str) -> RSAPrivateKey:
    """PEM, or the bare base64 that Alipay's own tool writes; PKCS#8 or PKCS#1. Raises KeyFault."""
    data, is_pem = _bytes(text, Fault.KEY_PRIVATE)
    load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
    try:
        key = load(data, None)
    except TypeError:
        raise KeyFault(Fault.KEY_PASSWORD) from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise KeyFault(Fault.KEY_PRIVATE)
    _check_length(key)
    return key


def public_key(text: str) -> RSAPublicKey:
    """As `private_key`. Raises KeyFault, also for a certificate."""
    data, is_pem = _bytes(text, Fault.KEY_PUBLIC)
    load = serialization.load_pem_public_key if is_pem else serialization.load_der_public_key
    try:
        key = load(data)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise KeyFault(Fault.KEY_PUBLIC)
    _check_length(key)
    return key


def _bytes(text: str, fault: Fault) -> tuple[bytes, bool]:
    """The key as PEM, True; or as DER, False. `fault`: where it is neither."""
    # Many ways of setting a variable know no line breaks.
    text = text.replace("\\n", "\n").strip()
    if text.startswith("-----"):
        return text.encode(), True
    try:
        return base64.b64decode("".join(text.split()), validate=True), False
    except ValueError:
        raise KeyFault(fault) from None


def _check_length(key: RSAPrivateKey | RSAPublicKey) -> None:
    if key.key_size < MIN_BITS:
        raise KeyFault(Fault.KEY_SHORT)
