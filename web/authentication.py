from rest_framework.authentication import TokenAuthentication as DrfTokenAuthentication


class TokenAuthentication(DrfTokenAuthentication):
    """`Authorization: Token …`. First in the list, so that no login answers 401 with a scheme and not 403."""
