from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import jobs, receivers  # noqa: F401
