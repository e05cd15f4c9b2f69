import os

from django.apps import AppConfig


class ChannelConfig(AppConfig):
    name = "faults.channel"

    def ready(self) -> None:
        from refunds import gateways

        from . import NAME, adapter, planted

        own = adapter.Http(int(os.environ["FAULTS_GATEWAY_PORT"]))
        gateways.register(NAME, planted.in_front_of(own, os.environ.get("FAULTS_PLANT", "")))
