from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel import remarks


class RefundsConfig(AppConfig):
    name = "refunds"
    verbose_name = _("refunds")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import gateways, jobs, privacy  # noqa: F401
        from .complaints import jobs as complaint_jobs  # noqa: F401
        from .labels import error_text
        from .merchant_accounts import proving  # noqa: F401
        from .notices import jobs as notice_jobs  # noqa: F401
        from .notices import receivers  # noqa: F401
        from .transfers import jobs as transfer_jobs  # noqa: F401

        remarks.register_channel_notes(error_text)
        gateways.register_configured(settings)
