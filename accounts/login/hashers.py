from django.contrib.auth.hashers import Argon2PasswordHasher


class LeanArgon2PasswordHasher(Argon2PasswordHasher):
    """OWASP's first choice of parameters (19 MiB, two passes): a web worker stays small under logins."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
