"""Celery's settings, in its own names behind `CELERY_`; `config/settings.py` takes them over.

Messages go to Redis when CELERY_BROKER_URL names one, else to files under `var/broker`. The database is the truth and a
message only starts work earlier, so every limit of a publisher is short: a broker that is down costs a request less
than two seconds, and never its response.
"""

from pathlib import Path
from urllib.parse import urlsplit

from kombu import Exchange, Queue

from devserver import local

from .processes import roles

POLLING_SECONDS = 0.1  # measured: 200 tasks in 6 s, against 43 s at kombu's default of one second
FILES = "filesystem://localhost"  # kombu needs a host in the URL; it reads the folders from the options
WORKER_PATIENCE, PUBLISHER_PATIENCE = 30.0, 1.0  # seconds on the socket of a broker


def broker_url(configured: str) -> str:
    """`configured`: CELERY_BROKER_URL (redis://…, filesystem:///folder) or empty."""
    if configured:
        return configured
    # Tests publish to memory unless they name a broker: no worker would read their messages.
    return "memory://" if local.under_test() else f"filesystem://{local.VAR / 'broker'}"


def transport_options(url: str, *, role: str) -> dict[str, object]:
    """A worker waits on its connection for work; every other process only publishes, and waits a second at most."""
    if url.startswith("filesystem://"):
        return _files(Path(urlsplit(url).path))
    return _network(WORKER_PATIENCE, retries=1) if role == "worker" else _network(PUBLISHER_PATIENCE, retries=0)


def _files(base: Path) -> dict[str, object]:
    for name in ("messages", "processed", "control"):
        (base / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(base / "messages"),
        "data_folder_out": str(base / "messages"),
        "processed_folder": str(base / "processed"),
        "control_folder": str(base / "control"),
        "store_processed": False,
        "polling_interval": POLLING_SECONDS,
    }


def _network(patience: float, retries: int) -> dict[str, object]:
    return {
        "visibility_timeout": 600,  # longer than any time limit, or Redis would hand a running task to a second worker
        "socket_timeout": patience,
        "socket_connect_timeout": 0.5,
        "retry_on_timeout": False,
        # Publishing tries once to connect, and then the next sweep does the work (kernel/jobs.py has the breaker).
        "max_retries": retries,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    }


# --- broker
_url = broker_url(local.get("CELERY_BROKER_URL"))
CELERY_BROKER_URL = FILES if _url.startswith("filesystem://") else _url
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(_url, role=roles.present())
CELERY_BROKER_CONNECTION_TIMEOUT = 1
# A worker that is up before its broker waits for it.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = True  # of beat; a request tries once
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}

# --- queues: by purpose, so that a slow courier never delays money (docs/jobs.md)
QUEUES = ("money", "sweeps", "couriers", "news")
CELERY_TASK_QUEUES = [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "sweeps"
CELERY_TASK_ROUTES = {
    # It asks for minutes, and no refund waits for it.
    "refunds.reconcile": {"queue": "sweeps"},
    "aftersales.send_alarms": {"queue": "news"},
    "refunds.*": {"queue": "money"},
    "logistics.*": {"queue": "couriers"},
    "notifications.*": {"queue": "news"},
    "webhooks.*": {"queue": "news"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a misspelt queue is an error, not a queue that no worker reads

# --- tasks
CELERY_TASK_ACKS_LATE = True  # a message whose worker dies is delivered again; every task is safe to run twice
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # except where the task itself kills its worker: it would do so for ever
# Nobody reads results: the database says what was done.
CELERY_TASK_IGNORE_RESULT = True
# Never pickle: whoever can write to the broker could run code in the workers.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# For a task without limits of its own. The soft one ends the work in order, the hard one kills the process.
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330

# --- worker and beat
# One message at a time: a slow task must not keep messages that a free worker could take.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A slow memory leak ends with its process.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
# Workers log as config/logs.py says.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Only monitors such as Flower read them, and they are several messages a task.
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(local.VAR / "beat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULER = "config.processes.pulse:Scheduler"
