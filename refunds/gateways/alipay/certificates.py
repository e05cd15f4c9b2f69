"""Certificate mode (公钥证书): what a request says of the certificates of app and root (protocols §1.3)."""

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from ..keys import KeyFault, public_key
from ..port import Fault

# Of the algorithms that a certificate is signed by: those with RSA. A chain has others beside them (SM2), which do not
# count.
RSA = "1.2.840.113549.1.1."


@dataclass(frozen=True, slots=True)
class Certificates:
    """`app`, `root`: as requests name them."""

    app: str
    root: str

    @property
    def params(self) -> dict[str, str]:
        return {"app_cert_sn": self.app, "alipay_root_cert_sn": self.root}


def app_serial(text: str, key: RSAPrivateKey) -> str:
    """Of the app's own certificate. Raises KeyFault, also where it is not that of `key`."""
    certificate = _read(text)[0]
    if certificate.public_key() != key.public_key():
        raise KeyFault(Fault.CERT_KEY)
    return serial(certificate)


def root_serial(text: str) -> str:
    """Of all root certificates in the file. Raises KeyFault."""
    own = [each for each in _read(text) if each.signature_algorithm_oid.dotted_string.startswith(RSA)]
    if not own:
        raise KeyFault(Fault.CERT_KIND)
    return "_".join(map(serial, own))


def serial(certificate: x509.Certificate) -> str:
    """MD5 of issuer and serial number: a name for it, which proves nothing."""
    plain = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(plain.encode(), usedforsecurity=False).hexdigest()


def key_of(text: str) -> RSAPublicKey:
    """Alipay's public key, or that in its certificate. Raises KeyFault."""
    if "BEGIN CERTIFICATE" not in text:
        return public_key(text)
    key = _read(text)[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise KeyFault(Fault.CERT_KIND)
    return key


def _read(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.replace("\\n", "\n").encode())
    except ValueError:
        raise KeyFault(Fault.CERT_KIND) from None
