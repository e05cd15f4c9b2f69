from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogisticsConfig(AppConfig):
    name = "logistics"
    verbose_name = _("logistics")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from orders.representation import PANELS

        from . import jobs, receivers  # noqa: F401
        from .representation import parcels_of

        PANELS["parcels"] = parcels_of
