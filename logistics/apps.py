from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogisticsConfig(AppConfig):
    name = "logistics"
    verbose_name = _("logistics")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import jobs, receivers  # noqa: F401
