import re
from typing import TYPE_CHECKING

from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from knox.models import AuthToken

# What `auth/token/` gives. Anything else is refused before it reaches the database, bytes that are no text included.
_TOKEN = re.compile(rb"[0-9a-f]{64}")


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`. First in the list, so that no login answers 401 with a scheme and not 403."""

    keyword = "Token"  # for the OpenAPI schema

    def authenticate_credentials(self, token: bytes) -> "tuple[AbstractBaseUser, AuthToken]":
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed
        return super().authenticate_credentials(token)

    def _cleanup_token(self, auth_token: "AuthToken") -> bool:
        """Whether it has expired. Expired ones are deleted with the next login, so that a request only reads."""
        return bool(auth_token.expiry <= timezone.now())
