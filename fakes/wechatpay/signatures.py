"""Signing and encrypting as WeChat Pay's documents say, written a second time on purpose (fakes/__init__.py)."""

import base64
import re
import secrets
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"
OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA1()), algorithm=hashes.SHA1(), label=None)


def fields_of(authorization: str) -> dict[str, str]:
    """Of a request's header; empty where it is none."""
    scheme, _, rest = authorization.partition(" ")
    return dict(re.findall(r'(\w+)="([^"]*)"', rest)) if scheme == SCHEME else {}


def genuine(method: str, target: str, body: bytes, fields: dict[str, str], key: RSAPublicKey) -> bool:
    """Whether a request is signed by the merchant."""
    head = f"{method}\n{target}\n{fields.get('timestamp')}\n{fields.get('nonce_str')}\n"
    try:
        signature = base64.b64decode(fields.get("signature", ""))
        key.verify(signature, head.encode() + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def headers(body: bytes, serial: str, key: RSAPrivateKey, *, age: float = 0.0) -> dict[str, str]:
    """Of an answer or a notice. `age`: for how many seconds it has been signed."""
    timestamp, nonce = str(int(time.time() - age)), secrets.token_hex(16)
    signature = key.sign(f"{timestamp}\n{nonce}\n".encode() + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Serial": serial,
    }


def seal(text: str, associated_data: str, secret: str) -> dict[str, str]:
    """What notices and certificates are wrapped in."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(secret.encode()).encrypt(nonce.encode(), text.encode(), associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def open_field(text: str, key: RSAPrivateKey) -> str:
    """A field of a request that was encrypted for us. Raises ValueError."""
    return key.decrypt(base64.b64decode(text), OAEP).decode()
