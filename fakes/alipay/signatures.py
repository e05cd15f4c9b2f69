"""Signing and verifying as Alipay's documents describe it, written a second time on purpose (fakes/__init__.py)."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def genuine(params: dict[str, str], key: RSAPublicKey) -> bool:
    """Whether the `sign` of a request is the app's."""
    pairs = [f"{name}={params[name]}" for name in sorted(params) if name != "sign" and params[name]]
    try:
        signature = base64.b64decode(params.get("sign", ""))
        key.verify(signature, "&".join(pairs).encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_of(node: str, key: RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(node.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
