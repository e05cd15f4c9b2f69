from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AftersalesConfig(AppConfig):
    name = "aftersales"
    verbose_name = _("after-sales")

    def ready(self) -> None:
        # Registration by import: jobs and receivers announce themselves.
        from . import jobs, privacy, receivers, remarks  # noqa: F401
