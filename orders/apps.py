from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("orders")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import jobs, privacy, remarks  # noqa: F401
