"""Keys for a fake: made when it starts, never kept with the code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key


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
