from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from . import (
            celery,  # noqa: F401  (becomes the current app: web processes and commands publish through it)
            checks,  # noqa: F401  (registers itself)
        )
