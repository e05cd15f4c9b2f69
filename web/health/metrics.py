"""GET /metrics for Prometheus: heartbeats, queues, what is due, and the figures that apps publish.

Everything is read from the database and the broker when it is asked for, so any web process answers for all of them.
Closed to the public: who has neither the token nor an address of the list gets 404, as for a page that is not there.
"""

import hmac
import logging
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from celery import current_app
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from kernel import watch
from kernel.jobs import jobs

from ..limits.lockout import client_ip

log = logging.getLogger(__name__)
PREFIX = "aftersales_"


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        raise Http404
    return _figures(request)


@require_safe
def _figures(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Watch())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    # A proxy that is not counted in NUM_PROXIES would make its own address that of everybody.
    if "X-Forwarded-For" in request.headers and not settings.NUM_PROXIES:
        return False
    try:
        caller = ip_address(client_ip(request))
    except ValueError:
        return False
    return any(caller in ip_network(network, strict=False) for network in settings.METRICS_ADDRESSES)


class Watch(Collector):
    def collect(self) -> Iterator[Metric]:
        for read in (_processes, _due, _queues, _published):
            try:
                yield from read()
            except Exception:  # one source that is away must not take the others with it
                log.exception("a source of /metrics could not be read")
                yield _gauge("source_errors", "A source of these figures could not be read", "source", read.__name__)


def _gauge(name: str, help_text: str, label: str, value: str) -> Metric:
    gauge = GaugeMetricFamily(PREFIX + name, help_text, labels=[label])
    gauge.add_metric([value.strip("_")], 1)
    return gauge


def _processes() -> Iterator[Metric]:
    age = GaugeMetricFamily(PREFIX + "heartbeat_age_seconds", "Since the last heartbeat", labels=["kind", "process"])
    workers = GaugeMetricFamily(PREFIX + "workers", "Living workers that take messages of a queue", labels=["queue"])
    pulses = watch.pulses()
    for pulse in pulses:
        age.add_metric([pulse.kind, pulse.name], pulse.age)
    for queue in settings.QUEUES:
        workers.add_metric([queue], sum(queue in pulse.queues for pulse in pulses if pulse.alive))
    beats = GaugeMetricFamily(PREFIX + "beats", "Living beats")
    beats.add_metric([], sum(pulse.alive for pulse in pulses if pulse.kind == watch.BEAT))
    yield from (age, workers, beats)


def _due() -> Iterator[Metric]:
    now = timezone.now()
    rows = GaugeMetricFamily(PREFIX + "due_rows", "Rows that a job has to do now", labels=["job"])
    oldest = GaugeMetricFamily(PREFIX + "oldest_due_seconds", "How long the oldest of them is due", labels=["job"])
    for job in jobs():
        if job.waiting:
            backlog = job.waiting(now)
            rows.add_metric([job.name], backlog.rows)
            oldest.add_metric([job.name], backlog.age(now).total_seconds())
    yield from (rows, oldest)


def _queues() -> Iterator[Metric]:
    length = GaugeMetricFamily(PREFIX + "queue_length", "Messages that no worker has taken yet", labels=["queue"])
    up = GaugeMetricFamily(PREFIX + "broker_up", "Whether the broker answers")
    try:
        for queue, waiting in _lengths().items():
            length.add_metric([queue], waiting)
        up.add_metric([], 1)
    except Exception:  # that it is away is the figure
        up.add_metric([], 0)
    yield from (up, length)


def _lengths() -> dict[str, int]:
    with current_app.connection_for_read() as link:
        link.ensure_connection(max_retries=0, timeout=1)
        channel: Any = link.default_channel
        size: Callable[[str], int] = channel._size  # of every virtual transport: Redis and files
        return {queue: size(queue) for queue in settings.QUEUES}


def _published() -> Iterator[Metric]:
    for figure in watch.figures():
        gauge = GaugeMetricFamily(PREFIX + figure.name, figure.help, labels=[figure.label] if figure.label else [])
        for label, value in figure.read().items():
            gauge.add_metric([label] if figure.label else [], value)
        yield gauge
