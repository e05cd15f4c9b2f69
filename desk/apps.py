from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("desk")

    def ready(self) -> None:
        from .bulk.views import hang_onto_the_queue

        hang_onto_the_queue()
