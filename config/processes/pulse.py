"""Heartbeats of workers and beat (kernel/watch): as long as they talk to the broker, and no longer.

They come out of the loop that takes or sends messages, because a process that only exists is no use to anybody.
"""

import logging
import os
import socket
import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler

log = logging.getLogger(__name__)


def _record(kind: str, node: str, queues: list[str]) -> None:
    """Never raises: without a database there is no work either, and the process must be there when it comes back."""
    from django.db import connection

    from kernel import watch

    try:
        watch.record(kind, f"{kind} {node} {os.getpid()}", queues)
    except Exception as error:
        log.warning("no heartbeat: %s", error)
    finally:
        # Not kept open: the children that this process forks would share it.
        connection.close()


class WorkerPulse(bootsteps.StartStopStep):
    """Started with each connection to the broker and stopped with it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.timer: Any = None

    def start(self, consumer: Any) -> None:
        from kernel import watch

        def beat() -> None:
            _record(watch.WORKER, consumer.hostname, list(consumer.app.amqp.queues.consume_from))

        beat()
        self.timer = consumer.timer.call_repeatedly(watch.EVERY, beat)

    def stop(self, consumer: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Scheduler(PersistentScheduler):
    """Celery's own, with a heartbeat after a turn in which it could send what was due."""

    _beaten = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        from kernel import watch

        pause = super().tick(*args, **kwargs)
        if time.monotonic() - self._beaten >= watch.EVERY:
            self._beaten = time.monotonic()
            _record(watch.BEAT, f"beat@{socket.gethostname()}", [])
        return min(pause, watch.EVERY)
