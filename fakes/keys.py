"""Keys for a fake: made when it starts, never kept with the code."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID


def _named(name: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "Fake Pay, Co.")]
    parts += [(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification"), (NameOID.COMMON_NAME, name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


@dataclass(frozen=True, slots=True)
class Pair:
    key: RSAPrivateKey

    @classmethod
    def generate(cls, bits: int = 2048) -> Self:
        return cls(generate_private_key(public_exponent=65537, key_size=bits))

    @classmethod
    def kept_in(cls, folder: Path, name: str) -> Self:
        """As an earlier start made it, so that settings which name its files stay right."""
        private = folder / f"{name}_private.pem"
        if private.exists():
            key = serialization.load_pem_private_key(private.read_bytes(), None)
            assert isinstance(key, RSAPrivateKey)
            return cls(key)
        pair = cls.generate()
        folder.mkdir(parents=True, exist_ok=True)
        private.touch(mode=0o600)
        private.write_text(pair.private)
        (folder / f"{name}_public.pem").write_text(pair.public)
        return pair

    def certificate(self, name: str, issuer: "Pair | None" = None) -> str:
        """PEM: of this key, issued by `issuer` or by itself, for ten years."""
        day = datetime(2026, 1, 1, tzinfo=UTC)
        signer = issuer or self
        own, of_issuer = _named(name), _named("Root" if issuer else name)
        builder = x509.CertificateBuilder(of_issuer, own, self.key.public_key(), x509.random_serial_number())
        made = builder.not_valid_before(day).not_valid_after(day + timedelta(days=3650)).sign(signer.key, SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def private(self) -> str:
        """PEM, PKCS#8."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def public(self) -> str:
        """PEM."""
        return (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )
