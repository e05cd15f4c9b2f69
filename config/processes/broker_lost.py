"""A worker outlives its Redis, whatever it has in hand.

kombu puts messages back when it closes a channel of a lost connection. Redis is away then, and kombu has forgotten its
address: `'NoneType' object has no attribute 'hostname'`. Celery does not know that as a lost connection, and the
worker ends for good (celery 5.7.0, kombu 5.7.0). Nothing has to be put back: what is not acknowledged stays in
Redis until its time is up, and the sweeps look into the database (docs/jobs.md).
"""

import logging
from typing import Any

from kombu.transport import redis

log = logging.getLogger(__name__)


class QoS(redis.QoS):
    def restore_unacked_once(self, stderr: Any = None) -> None:
        try:
            super().restore_unacked_once(stderr)
        except Exception as error:  # whatever the transport makes of a Redis that is away
            log.warning("%d messages in hand stay with the broker: %r", len(self._delivered or ()), error)

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except AttributeError as error:
            # The task ended after its connection was closed: the message comes again, and every task is safe twice.
            log.warning("a message could not be acknowledged: %r", error)


def guard() -> None:
    """Every channel to Redis that is opened from here on."""
    redis.Channel.QoS = QoS
