"""WeChat Pay's signatures and encryption.

SHA256 with RSA signs both ways; AES-256-GCM encrypts what it sends, RSA-OAEP what it is sent. All of it is about bytes
as they travel: a body that was read and written again is another one.
"""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AEAD = "AEAD_AES_256_GCM"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes one request unlike every other. `timestamp`: seconds since 1970."""

    timestamp: str
    nonce: str


def message(*lines: str, body: bytes) -> bytes:
    """What is signed: each line, then the body, each ended by a line feed."""
    return b"".join(line.encode() + b"\n" for line in lines) + body + b"\n"


def authorization(
    method: str, target: str, body: bytes, stamp: Stamp, *, mchid: str, serial_no: str, key: RSAPrivateKey
) -> str:
    """The value of the header. `target`: path with query, as it is sent."""
    signed = message(method, target, stamp.timestamp, stamp.nonce, body=body)
    signature = base64.b64encode(key.sign(signed, PKCS1v15(), hashes.SHA256())).decode()
    fields = {
        "mchid": mchid,
        "nonce_str": stamp.nonce,
        "signature": signature,
        "timestamp": stamp.timestamp,
        "serial_no": serial_no,
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())


def is_signed(body: bytes, stamp: Stamp, signature: str, key: RSAPublicKey) -> bool:
    """`signature`: base64, as the header has it."""
    signed = message(stamp.timestamp, stamp.nonce, body=body)
    try:
        key.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def decrypt(ciphertext: str, *, nonce: str, associated_data: str, key: bytes) -> bytes:
    """Raises ValueError unless this was encrypted by the same key and not changed since."""
    try:
        data = base64.b64decode(ciphertext, validate=True)
        return AESGCM(key).decrypt(nonce.encode(), data, associated_data.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise ValueError("the content cannot be decrypted") from None


def encrypt(text: str, key: RSAPublicKey) -> str:
    """Base64, for the owner of the key. SHA-1 is what WeChat Pay reads; in OAEP it need not resist collisions."""
    padding = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
    return base64.b64encode(key.encrypt(text.encode(), padding)).decode()
