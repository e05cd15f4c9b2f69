"""Platform certificates for tests."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from fakes.keys import Pair


def certificate(pair: Pair, *, since: timedelta = timedelta(days=-1), until: timedelta = timedelta(days=1)) -> str:
    """PEM, signed by itself. `since`, `until`: from now."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, pair.key.public_key(), x509.random_serial_number())
        .not_valid_before(now + since)
        .not_valid_after(now + until)
        .sign(pair.key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
