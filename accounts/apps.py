from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        # Registration by import: jobs and what is kept of a person announce themselves.
        from . import jobs  # noqa: F401
        from .login import models  # noqa: F401
        from .privacy import account, tables  # noqa: F401
