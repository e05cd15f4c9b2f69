"""Where messages go: Redis when CELERY_BROKER_URL names one, else files under `var/broker`.

The database is the truth and a message only a hint, so every limit here is short: a dead broker may
cost a request less than two seconds and never its answer.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devserver import local

POLLING_SECONDS = 0.1  # measured: 200 tasks in 6 s, against 43 s at kombu's default of one second
FILES = "filesystem://localhost"  # kombu asks for a host, and then reads the folders from the options


def broker_url(configured: str) -> str:
    """Tests publish into thin air unless they name a broker: nobody would read it."""
    if configured:
        return configured
    return "memory://" if local.under_test() else f"filesystem://{local.VAR / 'broker'}"


def celery_settings(configured: str, *, role: str, time_zone: str) -> dict[str, Any]:
    """Celery's settings by their own names. `configured`: CELERY_BROKER_URL (redis://…, filesystem:///folder) or empty.
    A worker waits on its connection for work; everybody else only publishes and waits a second at most."""
    url = broker_url(configured)
    files = url.startswith("filesystem://")
    return {
        "broker_url": FILES if files else url,
        "broker_transport_options": _files(folder(url)) if files else _network(30.0 if role == "worker" else 1.0),
        "broker_connection_timeout": 1,
        "broker_connection_retry_on_startup": True,
        "task_publish_retry": True,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,  # else a task that kills its worker does so for ever
        "worker_prefetch_multiplier": 1,
        "task_soft_time_limit": 300,
        "task_time_limit": 330,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "aftersales",
        "worker_max_tasks_per_child": 1000,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "timezone": time_zone,
        "beat_schedule_filename": str(local.VAR / "beat-schedule"),
        "beat_max_loop_interval": 5,
    }


def folder(url: str) -> Path:
    return Path(urlsplit(url).path)


def _files(base: Path) -> dict[str, Any]:
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


def _network(patience: float) -> dict[str, Any]:
    return {
        "visibility_timeout": 600,
        "socket_timeout": patience,
        "socket_connect_timeout": 0.5,
        "retry_on_timeout": False,
        # Publishing waits this long for a connection, and then the sweep does the work.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    }
