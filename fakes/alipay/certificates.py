"""The certificates of an app in certificate mode, and how Alipay names them; written a second time on purpose."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509

from fakes.keys import Pair


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM. `own`: that of the key by which Alipay signs."""

    app: str
    own: str
    root: str

    @classmethod
    def issued(cls, app: Pair, own: Pair) -> Self:
        root = Pair.generate()
        return cls(app.certificate("App", root), own.certificate("Alipay", root), root.certificate("Root"))

    @classmethod
    def kept_in(cls, folder: Path, app: Pair, own: Pair) -> Self:
        """As an earlier start issued them."""
        files = [folder / f"alipay_{name}.crt" for name in ("app", "own", "root")]
        if not all(file.exists() for file in files):
            fresh = cls.issued(app, own)
            for file, text in zip(files, (fresh.app, fresh.own, fresh.root), strict=True):
                file.write_text(text)
        return cls(*(file.read_text() for file in files))

    def named_by(self, params: dict[str, str]) -> bool:
        return (params.get("app_cert_sn"), params.get("alipay_root_cert_sn")) == (_name(self.app), _name(self.root))

    @property
    def own_name(self) -> str:
        return _name(self.own)


def _name(pem: str) -> str:
    certificate = x509.load_pem_x509_certificate(pem.encode())
    # Nearest first, and a comma in a name is escaped.
    names = [(_SHORT[part.oid.dotted_string], str(part.value).replace(",", _COMMA)) for part in certificate.issuer]
    issuer = ",".join(f"{short}={value}" for short, value in reversed(names))
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode()).hexdigest()


_COMMA = "\\,"
_SHORT = {"2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.3": "CN"}
