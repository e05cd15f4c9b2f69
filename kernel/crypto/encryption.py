"""Secrets at rest: encrypted by keys that are only in the environment (`SECRETS_KEYS`), so that a copy of the database
alone opens nothing.

The first key encrypts, each of them decrypts: a new one is put in front, `manage.py rotate_secrets` encrypts again what
is stored, and then the old one is taken out.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from ..errors import Conflict

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

NAME = "SECRETS_KEYS"


class Undecryptable(Exception):
    """It was encrypted by none of the keys, or there are none; nothing of it is in the text."""


class NoKeys(Conflict):
    """409: nothing can be encrypted."""

    def __init__(self) -> None:
        super().__init__(
            _("Secrets can't be saved yet: %(name)s isn't set on the server. Ask your administrator.") % {"name": NAME}
        )


def problems(from_settings: Any) -> list[str]:
    """One sentence where the variable is set and cannot be used."""
    try:
        _keys(from_settings.SECRETS_KEYS)
    except ValueError:
        return [
            f"{NAME} is not a list of keys. Each is 32 random bytes in URL-safe base64, separated by commas:"
            ' python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ]
    return []


def encrypt(text: str) -> str:
    """Raises NoKeys."""
    keys = _own()
    if keys is None:
        raise NoKeys
    return keys.encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises Undecryptable."""
    from cryptography.fernet import InvalidToken

    keys = _own()
    if keys is None:
        raise Undecryptable(f"{NAME} is not set")
    try:
        return keys.decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable(f"encrypted by no key of {NAME}") from None


def encrypt_again(token: str) -> str:
    """By the first key. Raises Undecryptable, or NoKeys."""
    return encrypt(decrypt(token))


def _own() -> "MultiFernet | None":
    try:
        return _keys(settings.SECRETS_KEYS)
    except ValueError:
        return None


def _keys(text: str) -> "MultiFernet | None":
    """Raises ValueError where one of them is no key."""
    # Imported here: who stores no secrets does not load it.
    from cryptography.fernet import Fernet, MultiFernet

    parts = [part.strip() for part in text.split(",") if part.strip()]
    return MultiFernet([Fernet(part) for part in parts]) if parts else None
