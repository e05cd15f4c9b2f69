"""Is the work being done? Heartbeats of workers and beat, the oldest due row of each job, and figures for Prometheus.

`/readyz` and `/metrics` (web/health/) read from here; docs/operations.md says when to be alarmed.
"""

from .backlog import Backlog
from .breaker import Breaker
from .figures import Figure, figures, publish
from .heartbeats import BEAT, EVERY, SILENT_AFTER, WORKER, Pulse, pulses, record

__all__ = [
    "BEAT",
    "EVERY",
    "SILENT_AFTER",
    "WORKER",
    "Backlog",
    "Breaker",
    "Figure",
    "Pulse",
    "figures",
    "publish",
    "pulses",
    "record",
]
