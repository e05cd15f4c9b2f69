from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class RefundsConfig(AppConfig):
    name = "refunds"
    verbose_name = _("refunds")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import gateways, jobs, privacy  # noqa: F401

        gateways.register_configured(settings)
