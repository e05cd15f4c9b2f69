from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LogisticsConfig(AppConfig):
    name = "logistics"
    verbose_name = _("logistics")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from orders.api.representation import PANELS

        from . import connections, couriers, privacy, receivers, remarks  # noqa: F401
        from .api.representation import parcels_of
        from .pickups import jobs as pickup_jobs  # noqa: F401
        from .tracks import jobs  # noqa: F401

        couriers.connect_configured(settings)

        PANELS["parcels"] = parcels_of
