"""A process that sends one refund and hangs before or after the gateway's yes, until it is killed."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(moment: str, refund_id: str, mark: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.utils import timezone

    from refunds import gateways, services
    from refunds.gateways.sandbox import Sandbox

    class Hanging(Sandbox):
        def request(self, **call: Any) -> Any:
            if moment == "after":
                super().request(**call)
            Path(mark).touch()
            time.sleep(600)

    gateways.register("sandbox", Hanging())
    services.send(int(refund_id), now=timezone.now())


if __name__ == "__main__":
    main(*sys.argv[1:])
