"""Keys from the settings: RSA, as PEM or as the bare base64 that the channels' own tools write."""

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from refunds import channel_settings

from .port import Fault, Finding, Misconfigured

MIN_BITS = 2048
Key = TypeVar("Key")


class KeyFault(Exception):
    """A key that cannot be used, and why; nothing of the key."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def from_settings(name: str, settings: Any, load: Callable[[str], Key]) -> Key:
    """The key of the variable NAME, or of the file that NAME_FILE names. Raises Misconfigured."""
    try:
        return load(channel_settings.text_of(name, settings))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(Finding(Fault.KEY_FILE, f"{name}_FILE ({type(error).__name__})")) from None
    except KeyFault as error:
        raise Misconfigured(Finding(error.fault, name)) from None


def private_key(text: str) -> RSAPrivateKey:
    """PEM, or the bare base64 that Alipay's own tool writes; PKCS#8 or PKCS#1. Raises KeyFault.

    Its primes are checked, which takes tens of milliseconds, once for each adapter that is built. Not remembered: a key
    that was replaced is then with nobody any more.
    """
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
