from django.db import models


class LoginTries(models.Model):
    """How often one address has tried to log in within one window of the clock, whatever the name.

    In the database and not in the cache, so that all processes of the web count together, whatever the cache is.
    """

    address = models.GenericIPAddressField()
    window = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["window", "address"], name="login_tries_once")]

    def __str__(self) -> str:
        return f"{self.address}: {self.tries}"
